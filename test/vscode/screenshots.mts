/** `npm run screenshots`: takes the README's pictures anew, from the packaged extension in the newest VS Code. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { close } from "../support/counts.mts";
import { cache, root } from "./host/paths.mts";
import { newest } from "./host/versions.mts";
import { walk } from "./ui.mts";

const pictures = join(cache, "pictures");

const counts = await walk(newest, join(root, "peft-lint.vsix"), pictures, { trusted: true });
const pictured = counts.failed === 0 ? ["squiggle.png", "hover.png", "quick-fix.png"] : [];
for (const name of pictured) await copyFile(join(pictures, name), join(root, "media", name));
close(counts);
