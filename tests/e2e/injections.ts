/**
 * What strangers write where a text is expected, so that it becomes something else: markup, an attribute, a script, the data of
 * a page (`self.__next_f`), a reference of React (`$`), a template. Each calls `p()` if it does.
 */
export const injections: readonly string[] = [
  '<script>p()</script>',
  '<img src=x onerror=p()>',
  '<svg onload=p()>',
  '"><img src=x onerror=p()>',
  "'><img src=x onerror=p()>",
  '" onfocus=p() autofocus x="',
  '</script><script>p()</script>',
  '<!--<script>',
  ']]></script><svg/onload=p()>',
  '</title><script>p()</script>',
  '</textarea><script>p()</script>',
  '</style><script>p()</script>',
  '</template><iframe srcdoc="<script>parent.p()</script>">',
  '<a href="javascript:p()">x</a>',
  'javascript:p()',
  'https://evil.example/"onmouseover="p()',
  'https://evil.example/\u2028"><script>p()</script>',
  "https://evil.example/'onmouseover='p()'",
  'data:text/html,<script>p()</script>',
  '"]);p();self.__next_f.push([1,"',
  '\\"]);p();//',
  '\\u0022]);p();//',
  '\u2028p()\u2029p()',
  '$L1',
  '$@1',
  '$$typeof',
  '$undefined',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the attack.
  '${p()}',
  '{{constructor.constructor("p()")()}}',
  '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">p()</x:script>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=p()>',
  '&lt;img src=x onerror=p()&gt;',
  '&#60;script&#62;p()&#60;/script&#62;',
  '%3Cscript%3Ep()%3C/script%3E',
  '＜script＞p()＜/script＞',
  '{"__proto__":{"innerHTML":"<img src onerror=p()>"}}',
  '{"dangerouslySetInnerHTML":{"__html":"<img src onerror=p()>"}}',
]

/** Those that fit where a name is expected. */
export const shortInjections: readonly string[] = injections.filter((text) => text.length <= 24)
