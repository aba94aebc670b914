// Bundles the scripts of the pages with the npm packages they use into the folder given.
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { argv } from "node:process";
import { build } from "esbuild";

const target = argv[2];
await mkdir(target, { recursive: true });

const { metafile } = await build({
  entryPoints: ["editor.js", "map.js", "network.js", "search.js"],
  outdir: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  loader: { ".png": "dataurl", ".svg": "dataurl" },
  // The licences of all packages are in one file of their own.
  legalComments: "none",
  metafile: true,
  logLevel: "error",
});
for (const outlines of ["countries-110m.json", "countries-50m.json"]) {
  await copyFile(path.join("node_modules", "world-atlas", outlines), path.join(target, outlines));
}
const used = [...Object.keys(metafile.inputs), "node_modules/world-atlas/index.json"];
await writeFile(path.join(target, "LICENSES.txt"), await licences(used));

async function licences(inputs) {
  const found = inputs.map((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  const folders = [...new Set(found)].filter(Boolean).sort();
  const told = [];
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json")));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? (await readFile(path.join(folder, file), "utf8")).trim() : "";
    told.push(`${name} ${version} (${license ?? "see below"})\n\n${text}`.trim());
  }
  return told.join(`\n\n${"-".repeat(72)}\n\n`) + "\n";
}
