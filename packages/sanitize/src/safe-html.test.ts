import { describe, expect, test } from 'vitest'
import { type SafeHtmlOptions, safeHtml } from './index.ts'

const ofText = safeHtml().clean

/** What a schema says to a value. */
const validate = (value: unknown, options?: SafeHtmlOptions) => safeHtml(options)['~standard'].validate(value)

describe('a writer keeps', () => {
  test.each([
    ['text', '안녕하세요'],
    ['what is bold, small and marked', '<p>a <b>b</b> <small>c</small> <mark>d</mark></p>'],
    ['lists', '<ul><li>a</li><li>b</li></ul><ol start="3"><li>c</li></ol>'],
    ['code', '<pre><code>if (a &lt; b) {\n\tc &amp;&amp; d\n}</code></pre>'],
    ['ruby', '<ruby>漢<rp>(</rp><rt>한</rt><rp>)</rp></ruby>'],
    ['the direction of a text', '<p dir="rtl" lang="ar">مرحبا</p>'],
  ])('%s', (_, html) => {
    expect(ofText(html)).toBe(html)
  })

  test.each([
    'https://shop.example/a?b=1&amp;c=2#d',
    '/a',
    '#d',
    'mailto:ada@shop.example',
    'tel:+8221234',
    '//shop.example/a',
  ])('a link to %s, which says that the site does not vouch for it', (href) => {
    expect(ofText(`<a href="${href}">x</a>`)).toBe(`<a href="${href}" rel="nofollow noopener noreferrer ugc">x</a>`)
  })

  test('the text of a tag that goes', () => {
    expect(ofText('<h1>a</h1><custom-tag>b</custom-tag><img alt="c" src="/d">')).toBe('ab')
  })
})

describe('a text that is escaped', () => {
  test.each([
    ['1 &lt; 2', '1 &lt; 2'],
    ['&amp;lt;', '&amp;lt;'],
    ['&lt;b&gt;', '&lt;b&gt;'],
    ['a &amp; b', 'a &amp; b'],
    ['&quot;&#39;', `"'`],
    ['&copy;&hellip;', '©…'],
  ])('once stays escaped once: %s', (html, clean) => {
    expect(ofText(html)).toBe(clean)
    expect(ofText(clean)).toBe(clean)
  })

  test('not at all is escaped', () => {
    expect(ofText('1 < 2 & 3 > 2')).toBe('1 &lt; 2 &amp; 3 &gt; 2')
  })
})

describe('its characters are those of a plain text', () => {
  test.each([
    ['e\u0301', 'é'],
    ['e&#x301;', 'é'],
    ['가', '가'],
    ['a\u0000b&#x7;c', 'abc'],
    ['a\u202eb&#x2066;c', 'abc'],
    ['<b title="a&#x202e;b">c</b>', '<b title="ab">c</b>'],
    ['a\ud800b', 'a\ufffdb'],
  ])('%j', (html, clean) => {
    expect(ofText(html)).toBe(clean)
  })
})

describe('it refuses', () => {
  test.each([[undefined], [null], [7], [{}], [['<b>']], [new String('<b>')]])('%j, which is no text', (value) => {
    expect(validate(value)).toEqual({ issues: [{ message: 'is no text' }] })
  })

  test('what is too long, as it comes in and as it would go out', () => {
    const refused = { issues: [{ message: 'is longer than 10 characters' }] }
    expect(validate('a'.repeat(10), { maxLength: 10 })).toEqual({ value: 'a'.repeat(10) })
    expect(validate('a'.repeat(11), { maxLength: 10 })).toEqual(refused)
    expect(validate('<'.repeat(10), { maxLength: 10 })).toEqual(refused)
  })

  test.each<[string, SafeHtmlOptions]>([
    ['"allowedTags"', { allowedTags: ['b', 'script'] }],
    ['"allowedTags"', { allowedTags: ['svg'] }],
    ['"allowedTags"', { allowedTags: ['x-y'] }],
    ['"allowedAttributes"', { allowedAttributes: { b: ['onclick'] } }],
    ['"allowedAttributes"', { allowedAttributes: { b: ['style'] } }],
    ['"allowedAttributes"', { allowedAttributes: { b: ['data-*'] } }],
    ['"allowedAttributes"', { allowedAttributes: { svg: ['href'] } }],
    ['"allowedSchemes"', { allowedSchemes: ['javascript'] }],
    ['"allowedSchemes"', { allowedSchemes: ['https:'] }],
    ['"maxLength"', { maxLength: 0 }],
  ])('a definition whose %s lets through what nobody should: %j', (name, options) => {
    expect(() => safeHtml(options)).toThrow(
      expect.objectContaining({ code: 'bad-definition', message: expect.stringContaining(name) }),
    )
  })
})

test('its options take the place of the defaults', () => {
  const { clean } = safeHtml({
    allowedTags: ['img', 'a'],
    allowedAttributes: { img: ['src', 'srcset'], a: ['href'] },
    allowedSchemes: ['sip'],
  })
  expect(clean('<b>a</b><img src="/b" alt="c" srcset="/b 1x, https://shop.example/b 2x"><a href="sip:d">e</a>')).toBe(
    'a<img src="/b" srcset="/b 1x" /><a href="sip:d" rel="nofollow noopener noreferrer ugc">e</a>',
  )
  expect(clean('<a href="//shop.example">f</a>')).not.toContain('shop')
})
