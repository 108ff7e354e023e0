// What @trustnxt/c2pa-ts says of files: node c2pa_ts.mjs MODULES FILE...; one JSON line a file.
// It judges no certificate chain, so there is no notion of trust here.

import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

globalThis.crypto ??= webcrypto; // Debian 12's node 18 has it, but not as a global

const [modules, ...files] = process.argv.slice(2);
const part = (name) => import(pathToFileURL(join(modules, '@trustnxt/c2pa-ts/dist', name, 'index.js')));
const { BMFF, JPEG, PNG } = await part('asset');
const { SuperBox } = await part('jumbf');
const { ManifestStore, ValidationResult } = await part('manifest');

async function judge(bytes) {
    const format = [JPEG, PNG, BMFF].find((f) => f.canRead(bytes));
    if (!format) return { valid: false, codes: [], error: 'unknown format' };
    const asset = new format(bytes);
    const jumbf = asset.getManifestJUMBF();
    if (!jumbf) return { valid: false, codes: [], error: 'no manifest' };
    const store = ManifestStore.read(SuperBox.fromBuffer(jumbf));
    const result = await store.validate(asset);
    const codes = result.statusEntries.map((e) => ({ code: e.code, success: e.success, url: e.url }));
    return { valid: result.isValid, codes };
}

for (const file of files) {
    let verdict;
    try {
        verdict = await judge(await readFile(file));
    } catch (e) {
        verdict = { valid: false, codes: [], error: String(e.message ?? e) };
    }
    console.log(JSON.stringify({ file, ...verdict }));
}
