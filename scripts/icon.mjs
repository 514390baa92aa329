// Draws media/icon.png from media/icon.svg. Run it after a change of the drawing.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureChromium } from "../test/support/programs.mts";
import { launchChromium } from "../test/vscode/host/workbench.mts";

const media = join(dirname(import.meta.dirname), "media");
const size = 256;

const browser = await launchChromium(await ensureChromium());
try {
	const page = await browser.newPage({ viewport: { width: size, height: size } });
	const drawing = readFileSync(join(media, "icon.svg"), "utf8");
	await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawing}`);
	await page.screenshot({ path: join(media, "icon.png"), omitBackground: true });
} finally {
	await browser.close();
}
