/** ModelScope: transformers' classes, loaded from another hub. */
import { api, opaque } from "./define";
import { HELPER_CLASSES, modelPatterns } from "./transformers";
import type { Library } from "./types";

export const modelscope: Library = {
	root: "modelscope",
	apis: [
		...["BitsAndBytesConfig", "GPTQConfig", "AwqConfig"].map((name) =>
			api(`modelscope.${name}`, [], { kind: "options" }),
		),
		...opaque(
			"modelscope.snapshot_download",
			"modelscope.dataset_snapshot_download",
			"modelscope.model_file_download",
			"modelscope.get_logger",
			"modelscope.pipeline",
			"modelscope.MsDataset.load",
		),
	],
	patterns: [
		{ pattern: new RegExp(`^modelscope\\.${HELPER_CLASSES}(?:\\.\\w+)?$`), params: [], effect: { kind: "opaque" } },
		// ModelScope's own models follow none of transformers' conventions.
		...modelPatterns("modelscope").filter(({ pattern }) => !pattern.test("modelscope.TorchModel")),
	],
	reexports: [
		{ from: /^modelscope\.(?:utils\.hf_util|hub|msdatasets|pipelines|utils\.logger)(?:\.\w+)*$/, to: "modelscope" },
	],
};
