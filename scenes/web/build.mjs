// Builds page.js, which the wheel carries: our modules and what they use of three.js in one file, licence included.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const licence = readFileSync(join(here, "LICENSES.txt"), "utf8").trim();

await build({
  absWorkingDir: here,
  entryPoints: ["source/main.js"],
  outfile: process.argv[2] ?? join(here, "page.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "inline",
  banner: { js: `/*!\n${licence}\n*/` },
  logLevel: "warning",
});
