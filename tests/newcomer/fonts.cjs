// The fonts of the generated layout come from Google, which a test must not depend on. Next reads its answers from here.
const answer = (family) =>
  `@font-face { font-family: '${family}'; font-style: normal; font-weight: 100 900; src: local('sans-serif'); }`
const url = (family) => `https://fonts.googleapis.com/css2?family=${family}:wght@100..900&display=swap`

module.exports = { [url('Geist')]: answer('Geist'), [url('Geist+Mono')]: answer('Geist Mono') }
