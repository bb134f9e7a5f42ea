/** `npm run pack`: builds every package and packs it into ./tarballs, to be installed from there in another project. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'

const folders = readdirSync('packages').map((name) => `packages/${name}`)

rmSync('tarballs', { recursive: true, force: true })
mkdirSync('tarballs')
for (const folder of folders) {
  // A folder of an earlier build may hold files whose source is gone; they would be shipped.
  rmSync(`${folder}/dist`, { recursive: true, force: true })
  copyFileSync('LICENSE', `${folder}/LICENSE`)
}
execFileSync('npm', ['run', 'build:packages'], { stdio: 'inherit' })
const workspaces = folders.flatMap((folder) => ['-w', folder])
execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', 'tarballs', ...workspaces], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
console.log(`Packed ${folders.length} packages. In your project:\n\n  npm install ${resolve('tarballs')}/*.tgz`)
