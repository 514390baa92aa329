/** Diffusers: pipelines and their networks, which have an adapter life of their own. */
import { adapterNamed, api, method, methods, opaque } from "./define";
import type { ApiSpec, Effect, Library, MethodSpec } from "./types";

const CREATE: Effect = {
	kind: "create-model",
	family: "Diffusion",
	source: "pretrained_model_name_or_path",
	returns: "model",
	quantization: { config: "quantization_config" },
};

/** Pipelines, and the networks they are made of. */
const MODELS =
	"(?:\\w*Pipeline\\w*|\\w*Model|Autoencoder\\w*|AsymmetricAutoencoderKL|ConsistencyDecoderVAE|PriorTransformer|" +
	"MotionAdapter|MultiAdapter|T2IAdapter|ControlNetXSAdapter|\\w*UNet)";

const APIS: readonly ApiSpec[] = [
	...opaque(
		"diffusers.training_utils.EMAModel",
		"diffusers.training_utils.cast_training_params",
		"diffusers.training_utils.compute_snr",
		"diffusers.training_utils.free_memory",
		"diffusers.training_utils.set_seed",
		"diffusers.optimization.get_scheduler",
		"diffusers.utils.load_image",
		"diffusers.utils.make_image_grid",
		"diffusers.utils.check_min_version",
		"diffusers.utils.convert_state_dict_to_diffusers",
		"diffusers.utils.convert_all_state_dict_to_peft",
		"diffusers.utils.convert_unet_state_dict_to_peft",
		"diffusers.utils.export_to_video",
	),
	...[
		"BitsAndBytesConfig",
		"QuantoConfig",
		"TorchAoConfig",
		"GGUFQuantizationConfig",
		"PipelineQuantizationConfig",
	].map((name) => api(`diffusers.${name}`, [], { kind: "options" })),
];

const METHODS: readonly MethodSpec[] = [
	method("diffusion", "add_adapter", ["adapter_config", "adapter_name"], {
		kind: "add-adapter",
		model: "self",
		config: "adapter_config",
		adapterName: adapterNamed("adapter_name"),
		activates: true,
	}),
	method("diffusion", "load_lora_weights", ["pretrained_model_name_or_path_or_dict", "adapter_name", "hotswap"], {
		kind: "load-adapter",
		model: "self",
		source: "pretrained_model_name_or_path_or_dict",
		adapterName: adapterNamed("adapter_name", "default_0"),
		trainable: undefined,
		activates: true,
	}),
	method("diffusion", "load_lora_adapter", ["pretrained_model_name_or_path_or_dict", "*", "adapter_name"], {
		kind: "load-adapter",
		model: "self",
		source: "pretrained_model_name_or_path_or_dict",
		adapterName: adapterNamed("adapter_name", "default_0"),
		trainable: undefined,
		activates: true,
	}),
	method("diffusion", "set_adapters", ["adapter_names", "adapter_weights"], {
		kind: "set-adapter",
		model: "self",
		names: "adapter_names",
	}),
	method("diffusion", "set_adapter", ["adapter_name"], { kind: "set-adapter", model: "self", names: "adapter_name" }),
	method("diffusion", "delete_adapters", ["adapter_names"], {
		kind: "delete-adapter",
		model: "self",
		name: "adapter_names",
	}),
	...methods("diffusion", ["fuse_lora"], { kind: "merge", model: "self" }),
	...methods("diffusion", ["unfuse_lora"], { kind: "unmerge", model: "self" }),
	...methods("diffusion", ["unload_lora_weights", "unload_lora"], {
		kind: "unload",
		model: "self",
		merge: false,
		returns: "none",
	}),
	...methods("diffusion", ["disable_lora", "disable_adapters"], {
		kind: "toggle-adapters",
		model: "self",
		enabled: false,
	}),
	...methods("diffusion", ["enable_lora", "enable_adapters"], {
		kind: "toggle-adapters",
		model: "self",
		enabled: true,
	}),
	...methods("diffusion", ["enable_gradient_checkpointing"], { kind: "checkpointing", model: "self" }),
	...methods(
		"diffusion",
		[
			"active_adapters",
			"get_active_adapters",
			"get_list_adapters",
			"save_lora_weights",
			"save_lora_adapter",
			"save_attn_procs",
			"set_attn_processor",
			"set_progress_bar_config",
			"enable_lora_hotswap",
			"disable_gradient_checkpointing",
			"enable_attention_slicing",
			"disable_attention_slicing",
			"enable_vae_slicing",
			"enable_vae_tiling",
			"enable_model_cpu_offload",
			"enable_sequential_cpu_offload",
			"enable_xformers_memory_efficient_attention",
			"disable_xformers_memory_efficient_attention",
			"encode_prompt",
		],
		{ kind: "read", model: "self" },
	),
];

export const diffusers: Library = {
	root: "diffusers",
	apis: APIS,
	patterns: [
		{
			pattern: /^diffusers\.\w*(?:Scheduler|Config|ImageProcessor|VideoProcessor|Output)(?:\.\w+)?$/,
			params: [],
			effect: { kind: "opaque" },
		},
		{
			pattern: new RegExp(`^diffusers\\.${MODELS}\\.(?:from_pretrained|from_single_file)$`),
			params: ["pretrained_model_name_or_path", "*", "quantization_config"],
			effect: CREATE,
		},
		{
			pattern: new RegExp(`^diffusers\\.${MODELS}\\.from_config$`),
			params: ["config"],
			effect: { kind: "create-model", family: "Diffusion", source: undefined, returns: "model" },
		},
	],
	methods: METHODS,
	reexports: [
		{ from: /^diffusers\.(?:models|pipelines|schedulers)(?:\.\w+)*$/, to: "diffusers" },
		{ from: /^diffusers\.utils(?:\.\w+)*$/, to: "diffusers.utils" },
	],
	moduleClasses: ["diffusers.ModelMixin", "diffusers.DiffusionPipeline"],
};
