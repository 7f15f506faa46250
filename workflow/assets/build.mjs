// Builds the style sheet, the script and the icon into one folder that is named by its own hash, so that
// browsers may keep it for ever, and compresses each file once, so that the server never has to.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import * as esbuild from 'esbuild'
import * as sass from 'sass'

const source = dirname(fileURLToPath(import.meta.url))
const root = resolve(source, '../..')
const output = resolve(process.argv[2] ?? join(root, 'build/assets'))
const kept = 3 // A server still running on an older build finds its files until three builds have passed.

const style = sass.compile(join(source, 'app.scss'), {
  style: 'compressed',
  loadPaths: [join(root, 'node_modules/govuk-frontend/dist')]
})
const script = await esbuild.build({
  entryPoints: [join(source, 'app.js')],
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: 'es2020',
  legalComments: 'none'
})
const files = {
  'app.css': Buffer.from(style.css),
  'app.js': Buffer.from(script.outputFiles[0].contents),
  'icon.svg': readFileSync(join(source, 'icon.svg'))
}

const digest = createHash('sha256')
for (const [name, content] of Object.entries(files)) digest.update(name).update('\0').update(content).update('\0')
const hash = digest.digest('hex').slice(0, 16)
const folder = join(output, hash)
mkdirSync(folder, { recursive: true })

function put (path, content) {
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, content)
  renameSync(draft, path)
}

for (const [name, content] of Object.entries(files)) {
  put(join(folder, name), content)
  put(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }))
  put(join(folder, `${name}.br`), brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  }))
}
const frontend = JSON.parse(readFileSync(join(root, 'node_modules/govuk-frontend/package.json'), 'utf8')).version
put(join(output, 'manifest.json'), JSON.stringify({ folder: hash, 'govuk-frontend': frontend }) + '\n')

const older = readdirSync(output)
  .filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== hash)
  .sort((a, b) => statSync(join(output, b)).mtimeMs - statSync(join(output, a)).mtimeMs)
for (const name of older.slice(kept - 1)) rmSync(join(output, name), { recursive: true })

for (const [name, content] of Object.entries(files)) {
  console.log(`${hash}/${name} ${content.length} bytes, ${gzipSync(content, { level: 9 }).length} compressed`)
}
