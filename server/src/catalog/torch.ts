/** PyTorch: copies, compilation, distribution, optimizers, and the methods every nn.Module has. */
import { api, method, methods, opaque } from "./define";
import type { ApiSpec, Library, MethodSpec } from "./types";

const APIS: readonly ApiSpec[] = [
	api("torch.compile", ["model"], { kind: "prefix", model: "model", token: "_orig_mod", env: "compiled" }),
	api("torch.nn.DataParallel", ["module", "device_ids"], {
		kind: "prefix",
		model: "module",
		token: "module",
		env: "dp",
	}),
	api("torch.nn.parallel.DistributedDataParallel", ["module", "device_ids"], {
		kind: "prefix",
		model: "module",
		token: "module",
		env: "ddp",
	}),
	api("torch.distributed.fsdp.FullyShardedDataParallel", ["module", "process_group"], {
		kind: "prefix",
		model: "module",
		token: "_fsdp_wrapped_module",
		env: "fsdp",
	}),
	api("torch.distributed.fsdp.fully_shard", ["module"], {
		kind: "environment",
		model: "module",
		env: "fsdp",
		returns: "model",
	}),
	api("torch.nn.Sequential", [], { kind: "create-model", family: "Unknown", source: undefined, returns: "model" }),
	api("torch.load", ["f", "map_location"], { kind: "adapter-weights", file: "f" }),
	...opaque(
		"torch.jit.save",
		"torch.nn.utils.clip_grad_norm_",
		"torch.nn.utils.clip_grad_value_",
		"torch.nn.utils.parameters_to_vector",
		"torch.onnx.export",
		"torch.utils.data.DataLoader",
		"torch.cuda.amp.autocast",
		"torch.cuda.amp.GradScaler",
		"torch.amp.autocast",
		"torch.amp.GradScaler",
	),
];

const MODULE_METHODS: readonly MethodSpec[] = [
	...methods("any-model", ["to", "cuda", "cpu", "xpu", "ipu", "mtia", "to_empty", "share_memory"], {
		kind: "same",
		model: "self",
		what: "device",
	}),
	...methods("any-model", ["half", "float", "bfloat16", "double", "type"], {
		kind: "same",
		model: "self",
		what: "dtype",
	}),
	...methods("any-model", ["eval", "train"], { kind: "same", model: "self", what: "mode" }),
	...methods("any-model", ["apply"], { kind: "same", model: "self", what: "other" }),
	method("any-model", "requires_grad_", ["requires_grad"], {
		kind: "requires-grad",
		model: "self",
		flag: "requires_grad",
	}),
	method("any-model", "compile", [], { kind: "environment", model: "self", env: "compiled", returns: "none" }),
	method("any-model", "load_state_dict", ["state_dict", "strict"], { kind: "load-state-dict", model: "self" }),
	...methods(
		"any-model",
		[
			"state_dict",
			"parameters",
			"named_parameters",
			"modules",
			"named_modules",
			"children",
			"named_children",
			"buffers",
			"named_buffers",
			"get_parameter",
			"get_submodule",
			"get_buffer",
			"zero_grad",
			"extra_repr",
			"register_forward_hook",
			"register_forward_pre_hook",
			"register_full_backward_hook",
			"register_full_backward_pre_hook",
			"register_backward_hook",
			"register_load_state_dict_post_hook",
			"register_load_state_dict_pre_hook",
			"register_state_dict_post_hook",
			"register_state_dict_pre_hook",
			"register_buffer",
			"register_parameter",
			"no_sync",
		],
		{ kind: "read", model: "self" },
	),
];

const OPTIMIZER_METHODS: readonly MethodSpec[] = [
	...methods("optimizer", ["step"], { kind: "optimizer-step" }),
	...methods("optimizer", ["zero_grad", "state_dict", "load_state_dict", "train", "eval"], { kind: "opaque" }),
	method("optimizer", "add_param_group", ["param_group"], { kind: "optimizer-add" }),
];

export const torch: Library = {
	root: "torch",
	apis: APIS,
	patterns: [
		// Not the schedulers: they live in a module of their own.
		{ pattern: /^torch\.optim\.[A-Z]\w*$/, params: ["params"], effect: { kind: "optimizer", params: "params" } },
		{ pattern: /^torch\.optim\.(?:lr_scheduler|swa_utils)\.\w+$/, params: [], effect: { kind: "opaque" } },
		// Functions on tensors, and types.
		{ pattern: /^torch\.[a-z_0-9]+$/, params: [], effect: { kind: "opaque" } },
		{
			pattern:
				/^torch\.(?:cuda|xpu|mps|accelerator|distributed|random|profiler|linalg|fft|special|backends\.\w+)\.[a-z_0-9]+$/,
			params: [],
			effect: { kind: "opaque" },
		},
		{ pattern: /^torch\.nn\.(?:functional|init)\.\w+$/, params: [], effect: { kind: "opaque" } },
		// A layer or a loss; ModuleList and ModuleDict hand out again what they were given, so they stay unknown.
		{
			pattern: /^torch\.nn\.(?!Module$|ModuleList$|ModuleDict$)[A-Z]\w*$/,
			params: [],
			effect: { kind: "opaque" },
		},
	],
	methods: [...MODULE_METHODS, ...OPTIMIZER_METHODS],
	attributes: [
		{ on: "any-model", name: "module", leads: "strip" },
		{ on: "any-model", name: "_orig_mod", leads: "strip" },
		{ on: "any-model", name: "_fsdp_wrapped_module", leads: "strip" },
	],
	reexports: [
		{ from: /^torch\.nn\.parallel(?:\.\w+)*$/, to: "torch.nn.parallel" },
		{ from: /^torch\.nn\.(?:parallel|modules)(?:\.\w+)*$/, to: "torch.nn" },
		{ from: /^torch\.distributed\.fsdp(?:\.\w+)*$/, to: "torch.distributed.fsdp" },
		{ from: /^torch\.distributed\._composable\.fsdp(?:\.\w+)*$/, to: "torch.distributed.fsdp" },
		{ from: /^torch\.distributed\._composable$/, to: "torch.distributed.fsdp" },
		// One module for each optimizer; the schedulers are no optimizers.
		{ from: /^torch\.optim\.(?!lr_scheduler$|swa_utils$)\w+$/, to: "torch.optim" },
	],
	moduleClasses: ["torch.nn.Module"],
};
