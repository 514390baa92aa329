/** bitsandbytes: its optimizers. */
import type { Library } from "./types";

export const bitsandbytes: Library = {
	root: "bitsandbytes",
	apis: [],
	patterns: [
		{
			pattern: /^bitsandbytes\.optim\.(?!GlobalOptimManager)[A-Z]\w*$/,
			params: ["params"],
			effect: { kind: "optimizer", params: "params" },
		},
		{ pattern: /^bitsandbytes\.nn\.[A-Z]\w*$/, params: [], effect: { kind: "opaque" } },
	],
	reexports: [{ from: /^bitsandbytes\.optim\.\w+$/, to: "bitsandbytes.optim" }],
};
