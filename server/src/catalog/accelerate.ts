/** Hugging Face Accelerate. */
import { api, method, methods, opaque } from "./define";
import type { ApiSpec, Effect, Library, MethodSpec } from "./types";

const MOVE: Effect = { kind: "same", model: "model", what: "device" };
const STRIP: Effect = { kind: "strip", model: "model" };

const APIS: readonly ApiSpec[] = [
	api("accelerate.Accelerator", [], { kind: "accelerator" }),
	api("accelerate.utils.extract_model_from_parallel", ["model"], STRIP),
	api("accelerate.dispatch_model", ["model", "device_map"], MOVE),
	api("accelerate.load_checkpoint_and_dispatch", ["model", "checkpoint", "device_map"], MOVE),
	api("accelerate.cpu_offload", ["model"], MOVE),
	api("accelerate.disk_offload", ["model"], MOVE),
	...opaque(
		"accelerate.infer_auto_device_map",
		"accelerate.init_empty_weights",
		"accelerate.init_on_device",
		"accelerate.load_checkpoint_in_model",
		"accelerate.skip_first_batches",
		"accelerate.PartialState",
		"accelerate.DistributedType",
		"accelerate.DataLoaderConfiguration",
		"accelerate.FullyShardedDataParallelPlugin",
		"accelerate.DeepSpeedPlugin",
		"accelerate.utils.set_seed",
		"accelerate.utils.is_peft_model",
		"accelerate.utils.gather_object",
		"accelerate.utils.get_balanced_memory",
		"accelerate.utils.compute_module_sizes",
		"accelerate.utils.find_tied_parameters",
		"accelerate.utils.release_memory",
		"accelerate.utils.write_basic_config",
		"accelerate.utils.has_4bit_bnb_layers",
		"accelerate.logging.get_logger",
		"accelerate.hooks.remove_hook_from_module",
		"accelerate.hooks.remove_hook_from_submodules",
	),
];

const METHODS: readonly MethodSpec[] = [
	method("accelerator", "prepare", [], { kind: "prepare", model: "*", returns: "same-arity" }),
	method("accelerator", "prepare_model", ["model", "device_placement", "evaluation_mode"], {
		kind: "prepare",
		model: "model",
		returns: "same-arity",
	}),
	method("accelerator", "prepare_optimizer", ["optimizer"], { kind: "same", model: "optimizer", what: "other" }),
	method("accelerator", "prepare_data_loader", ["data_loader"], { kind: "same", model: "data_loader", what: "other" }),
	method("accelerator", "prepare_scheduler", ["scheduler"], { kind: "same", model: "scheduler", what: "other" }),
	method("accelerator", "unwrap_model", ["model", "keep_fp32_wrapper", "keep_torch_compile"], STRIP),
	method("accelerator", "get_state_dict", ["model", "unwrap"], { kind: "read", model: "model" }),
	method("accelerator", "save_model", ["model", "save_directory"], { kind: "save", model: "model" }),
	...methods(
		"accelerator",
		[
			"accumulate",
			"autocast",
			"backward",
			"clip_grad_norm_",
			"clip_grad_value_",
			"end_training",
			"gather",
			"gather_for_metrics",
			"get_tracker",
			"init_trackers",
			"join_uneven_inputs",
			"load_state",
			"local_main_process_first",
			"log",
			"main_process_first",
			"no_sync",
			"on_local_main_process",
			"on_main_process",
			"pad_across_processes",
			"print",
			"profile",
			"reduce",
			"register_for_checkpointing",
			"register_load_state_pre_hook",
			"register_save_state_pre_hook",
			"save",
			"save_state",
			"skip_first_batches",
			"split_between_processes",
			"unscale_gradients",
			"verify_device_map",
			"wait_for_everyone",
			// They forget what they were given; the names keep their objects.
			"clear",
			"free_memory",
		],
		{ kind: "opaque" },
	),
];

export const accelerate: Library = {
	root: "accelerate",
	apis: APIS,
	methods: METHODS,
	reexports: [
		{ from: /^accelerate\.(?:accelerator|big_modeling|data_loader|state)$/, to: "accelerate" },
		{ from: /^accelerate\.utils(?:\.\w+)*$/, to: "accelerate.utils" },
		{ from: /^accelerate\.utils(?:\.\w+)*$/, to: "accelerate" },
	],
};
