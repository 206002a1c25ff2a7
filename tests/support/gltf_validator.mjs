// Prints the report of the Khronos glTF validator on a file, as JSON: node gltf_validator.mjs FOLDER_WITH_NODE_MODULES FILE.glb
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, file] = process.argv.slice(2);
const validator = createRequire(resolve(folder, "package.json"))("gltf-validator");
const bytes = new Uint8Array(readFileSync(file));
const report = await validator.validateBytes(bytes, { maxIssues: 0, writeTimestamp: false });
process.stdout.write(JSON.stringify(report));
