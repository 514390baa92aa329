/** What a person sees: drives the workbench with mouse and keys, with the packaged VSIX installed, and takes pictures. */
import assert from "node:assert/strict";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import type { Counts } from "../support/counts.mts";
import { ensureChromium } from "../support/programs.mts";
import { installHost } from "./host/install.mts";
import { root } from "./host/paths.mts";
import { makeFolders, removeFolders, runCommandLine, startServer } from "./host/server.mts";
import type { HostVersion } from "./host/versions.mts";
import { launchChromium, newPage, workbenchAddress } from "./host/workbench.mts";

/** Milliseconds. */
const patience = 60_000;

/** Window sizes: for code alone, and for code with a tall hover. */
const small = { width: 1000, height: 540 };
const tall = { width: 1000, height: 960 };

/** A calm window: nothing beside the code that a picture has to explain. */
const settings = {
	"workbench.colorTheme": "Default Dark Modern",
	"workbench.activityBar.location": "hidden",
	"workbench.layoutControl.enabled": false,
	"workbench.sideBar.location": "right",
	"window.commandCenter": false,
	"breadcrumbs.enabled": false,
	"chat.commandCenter.enabled": false,
	"editor.fontSize": 15,
	"editor.minimap.enabled": false,
	"editor.scrollbar.vertical": "hidden",
	"editor.occurrencesHighlight": "off",
	"editor.renderLineHighlight": "none",
	"editor.lightbulb.enabled": "on",
	"editor.stickyScroll.enabled": false,
	"editor.hover.above": false,
	"editor.hover.delay": 100,
	"security.workspace.trust.banner": "never",
	"security.workspace.trust.startupPrompt": "never",
};

/** Walks through the main path, in Restricted Mode unless `trusted`; each picture is written to `pictures`. */
export async function walk(
	version: HostVersion,
	vsix: string,
	pictures: string,
	{ trusted }: { readonly trusted: boolean },
): Promise<Counts> {
	const [host, chromium] = await Promise.all([installHost(version), ensureChromium()]);
	const folders = await makeFolders({ settings });
	const workspace = join(folders.temporary, "workspace");
	await cp(join(root, "test/vscode/workspace"), workspace, { recursive: true });
	await mkdir(pictures, { recursive: true });
	const installed = await runCommandLine(host, folders, ["--install-extension", vsix, "--force"]);
	if (installed !== 0) throw new Error(`Installing ${vsix} failed.`);
	const [server, browser] = await Promise.all([startServer(host, folders, { trusted }), launchChromium(chromium)]);
	try {
		const page = await newPage(browser, server.authority, {
			viewport: small,
			deviceScaleFactor: 1.5,
		});
		page.setDefaultTimeout(patience);
		const file = join(workspace, "resume.py");
		await page.goto(workbenchAddress({ authority: server.authority, folder: workspace, file }));
		return await runSteps(trusted ? steps : [restricted, ...steps], page, pictures);
	} finally {
		await browser.close();
		await server.stop();
		await removeFolders(folders);
	}
}

/** Where the mouse touches nothing. */
const aside = [900, 480] as const;

/** Newer versions have a second, hidden one for submenus. */
const actionMenu = ".action-widget:not(.action-list-submenu-panel)";

interface Step {
	readonly name: string;
	readonly run: (window: Workbench) => Promise<void>;
}

interface Workbench {
	readonly page: Page;
	readonly squiggle: Locator;
	/** Takes a picture when the window has come to rest. */
	readonly picture: (name: string) => Promise<void>;
}

const restricted: Step = {
	name: "the window is in Restricted Mode",
	run: ({ page }) => page.locator(".statusbar-item:visible").filter({ hasText: "Restricted Mode" }).waitFor(),
};

/** Each begins where the one before it ended. */
const steps: readonly Step[] = [
	{
		name: "the wrong load is underlined",
		run: async ({ page, squiggle, picture }) => {
			await squiggle.waitFor();
			await page.keyboard.press("Control+B");
			await page.locator(".part.sidebar:visible").waitFor({ state: "detached" });
			await page.mouse.move(...aside);
			await picture("squiggle");
		},
	},
	{
		name: "hovering it tells why, how it came to this, and the rule",
		run: async ({ page, squiggle, picture }) => {
			await page.setViewportSize(tall);
			const box = page.locator(".monaco-hover:visible").filter({ hasText: "How it came to this" }).first();
			const text = await hoverUntil(page, squiggle, box);
			for (const part of [/get_peft_model/, /PEFT001/]) assert.match(text, part);
			await stretch(page, box, 330);
			await picture("hover");
			await page.keyboard.press("Escape");
			await page.setViewportSize(small);
		},
	},
	{
		name: "the menu offers the fix first and a suppression",
		run: async ({ page, squiggle, picture }) => {
			const menu = page.locator(actionMenu);
			await openMenu(page, squiggle, menu);
			const titles = await menu.locator(".action.action-list-item, .monaco-list-row.action").allInnerTexts();
			assert.match(titles[0] ?? "", /load/i);
			assert.ok(
				titles.some((title) => /PEFT001/.test(title)),
				titles.join(" | "),
			);
			await picture("quick-fix");
		},
	},
	{
		name: "the fix silences it, and undo brings it back",
		run: async ({ page, squiggle, picture }) => {
			await page.keyboard.press("Enter");
			await squiggle.waitFor({ state: "detached" });
			await picture("fixed");
			await page.keyboard.press("Control+z");
			await squiggle.waitFor();
		},
	},
	{
		name: "the suppression silences it, and its comment is highlighted",
		run: async ({ page, squiggle, picture }) => {
			const menu = page.locator(actionMenu);
			await openMenu(page, squiggle, menu);
			await menu.getByText("Ignore PEFT001").click();
			await squiggle.waitFor({ state: "detached" });
			// A part of a comment is painted on its own only when a grammar tells it from the rest.
			await page.locator(".view-line span").getByText("PEFT001", { exact: true }).waitFor();
			await picture("suppressed");
			await page.keyboard.press("Control+z");
			await squiggle.waitFor();
		},
	},
	{
		name: "the language status of a Python file tells the count",
		run: async ({ page, picture }) => {
			await page.locator('[id="status.languageStatus"]').hover();
			const item = page.locator(".hover-language-status").filter({ hasText: "PEFT Lint" }).first();
			await item.waitFor();
			assert.match((await item.textContent()) ?? "", /1 finding/);
			await picture("status");
			await page.mouse.move(...aside);
		},
	},
	{
		name: "the model graph opens beside the file",
		run: async ({ page, picture }) => {
			await page.keyboard.press("F1");
			await page.keyboard.type("PEFT Lint: Show Model Graph");
			await page
				.locator(".quick-input-list .monaco-list-row")
				.filter({ hasText: "Show Model Graph" })
				.first()
				.waitFor();
			await page.keyboard.press("Enter");
			await page.locator(".editor-instance .view-lines").nth(1).filter({ hasText: "get_peft_model" }).waitFor();
			await picture("model-graph");
		},
	},
	{
		name: "a caller is underlined for what its helper does",
		run: async ({ page, squiggle, picture }) => {
			await openAlone(page, "evaluate_built.py");
			await squiggle.waitFor();
			const box = page.locator(".monaco-hover:visible").filter({ hasText: "How it came to this" }).first();
			assert.match(await hoverUntil(page, squiggle, box), /builder\.py/);
			await picture("caller");
			await page.keyboard.press("Escape");
		},
	},
	{
		name: "a notebook is underlined in the right cell; the fix silences it, and undo brings it back",
		run: async ({ page, picture }) => {
			await page.setViewportSize(tall);
			await openAlone(page, "resume.ipynb");
			const wrong = page.locator(".notebookOverlay .cell-editor-part").filter({ hasText: "out/sft-adapter" });
			const squiggle = wrong.locator(".squiggly-error").first();
			await squiggle.waitFor();
			assert.equal(
				await page.locator(".notebookOverlay .squiggly-error").count(),
				await wrong.locator(".squiggly-error").count(),
			);
			await picture("notebook");
			await openMenu(page, squiggle, page.locator(actionMenu));
			await page.keyboard.press("Enter");
			await squiggle.waitFor({ state: "detached" });
			await picture("notebook-fixed");
			// The fix takes the wrap out of the cell above; each cell has its own history.
			await page.locator(".notebookOverlay .cell-editor-part").filter({ hasText: "Llama-3.2-1B" }).click();
			await page.keyboard.press("Control+z");
			await squiggle.waitFor();
		},
	},
];

/** Closes what is open and opens a file of the workspace. */
async function openAlone(page: Page, name: string): Promise<void> {
	await page.keyboard.press("F1");
	await page.keyboard.type("View: Close All Editors");
	await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Close All Editors" }).first().waitFor();
	await page.keyboard.press("Enter");
	await page.locator(".editor-instance").first().waitFor({ state: "detached" });
	await page.keyboard.press("Control+p");
	await page.keyboard.type(name);
	await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: name }).first().waitFor();
	await page.keyboard.press("Enter");
}

async function runSteps(steps: readonly Step[], page: Page, pictures: string): Promise<Counts> {
	const window: Workbench = {
		page,
		squiggle: page.locator(".editor-instance .squiggly-error").first(),
		picture: async (name) => {
			await page.locator(".statusbar-item:visible").filter({ hasText: "Saving" }).waitFor({ state: "detached" });
			await page.waitForTimeout(500);
			await page.screenshot({ path: join(pictures, `${name}.png`) });
		},
	};
	let passed = 0;
	for (const { name, run } of steps) {
		try {
			await run(window);
			passed++;
			console.log(`    ✔ ${name}`);
		} catch (error) {
			await page.screenshot({ path: join(pictures, "failed.png") }).catch(() => {});
			console.log(`    ✖ ${name}\n${error instanceof Error ? error.stack : error}`);
			break;
		}
	}
	return { passed, failed: steps.length - passed };
}

/** Hovers again when the box does not come or goes away: the window may lay itself out meanwhile. Gives its text. */
async function hoverUntil(page: Page, target: Locator, box: Locator): Promise<string> {
	for (let attempt = 0; attempt < 5; attempt++) {
		const { x, y } = await middleOf(target);
		await page.mouse.move(...aside);
		await page.mouse.move(x + 20, y);
		await page.mouse.move(x, y, { steps: 5 });
		const text = await box.textContent({ timeout: patience / 6 }).catch(() => null);
		await page.waitForTimeout(500);
		if (text !== null && (await box.isVisible())) return text;
	}
	throw new Error("No hover came.");
}

async function click(page: Page, target: Locator): Promise<void> {
	const { x, y } = await middleOf(target);
	await page.mouse.click(x, y);
}

/** Pulls the lower edge of a hover down; VS Code opens it at a quarter of the editor's height. */
async function stretch(page: Page, box: Locator, pixels: number): Promise<void> {
	const bounds = await boundsOf(box);
	const [x, y] = [bounds.x + bounds.width / 2, bounds.y + bounds.height - 1];
	await page.mouse.move(x, y);
	await page.mouse.down();
	await page.mouse.move(x, y + pixels, { steps: 5 });
	await page.mouse.up();
	// Back to where the hover came from, for it would go away when the mouse left it.
	await page.mouse.move(x, bounds.y + 10);
}

/** Asks again when nothing came of it: a click or a key is lost when the window is busy. */
async function openMenu(page: Page, target: Locator, menu: Locator): Promise<void> {
	for (let attempt = 0; attempt < 5; attempt++) {
		await click(page, target);
		await page.mouse.move(...aside);
		await page.keyboard.press("Control+Period");
		const appeared = await menu.waitFor({ timeout: patience / 10 }).then(
			() => true,
			() => false,
		);
		if (appeared) return;
		await page.keyboard.press("Escape");
	}
	throw new Error("The menu of fixes does not open.");
}

/** The squiggle is drawn below the code, in a layer that takes no mouse. */
async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
	const box = await boundsOf(target);
	return { x: box.x + box.width / 3, y: box.y + box.height / 2 };
}

type Bounds = NonNullable<Awaited<ReturnType<Locator["boundingBox"]>>>;

/** Where an element is once it stays there: it is drawn anew, and moves, while the window lays itself out. */
async function boundsOf(target: Locator): Promise<Bounds> {
	let last: Bounds | null = null;
	for (let attempt = 0; attempt < 60; attempt++) {
		const box = await target.boundingBox({ timeout: patience }).catch(() => null);
		if (box !== null && last !== null && box.x === last.x && box.y === last.y) return box;
		last = box;
		await target.page().waitForTimeout(200);
	}
	throw new Error("The element does not come to rest.");
}
