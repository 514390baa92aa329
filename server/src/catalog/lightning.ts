/** Lightning: its Trainer calls into the user's module, so nothing it does is followed. */
import { opaque } from "./define";
import type { Library } from "./types";

function lightningAt(root: string, reexports: Library["reexports"]): Library {
	return {
		root,
		apis: opaque(
			`${root}.Trainer`,
			`${root}.seed_everything`,
			`${root}.Fabric`,
			`${root}.LightningDataModule`,
			`${root}.Callback`,
		),
		reexports: reexports ?? [],
		moduleClasses: [`${root}.LightningModule`],
	};
}

/** Under the name it has today, and under the two it had before. */
export const lightningLibraries: readonly Library[] = [
	lightningAt("lightning", [{ from: /^lightning\.(?:pytorch|fabric)(?:\.\w+)*$/, to: "lightning" }]),
	lightningAt("pytorch_lightning", [
		{ from: /^pytorch_lightning\.(?:core|trainer)(?:\.\w+)*$/, to: "pytorch_lightning" },
	]),
];
