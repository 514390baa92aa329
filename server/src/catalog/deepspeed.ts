/** DeepSpeed. */
import { api, opaque } from "./define";
import type { Library } from "./types";

export const deepspeed: Library = {
	root: "deepspeed",
	apis: [
		api("deepspeed.initialize", ["args", "model", "optimizer", "model_parameters"], {
			kind: "prepare",
			model: "model",
			returns: "first-of-tuple",
		}),
		api("deepspeed.init_inference", ["model", "config"], { kind: "prepare", model: "model", returns: "same-arity" }),
		...opaque(
			"deepspeed.init_distributed",
			"deepspeed.add_config_arguments",
			"deepspeed.zero.Init",
			"deepspeed.zero.GatheredParameters",
		),
	],
	patterns: [
		{
			pattern: /^deepspeed\.ops\.(?:adam|lamb|lion|adagrad)\.(?:Fused|DeepSpeedCPU)\w+$/,
			params: ["params"],
			effect: { kind: "optimizer", params: "params" },
		},
	],
};
