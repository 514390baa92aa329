/** What `PeftModel.from_pretrained(…, **kwargs)` does with a keyword. Everything here is what evidence.py observes. */
import { distance } from "../shared/distance";

/**
 * misspelt: `is_trainable` is meant. field: of the adapter's config. config: a whole config. weights: how the base model's weights
 * are loaded. unknown: none of these.
 */
export type Ignored = "misspelt" | "field" | "config" | "weights" | "unknown";

const ACCEPTED: ReadonlySet<string> = new Set([
	// The signature, PEFT 0.21: inspect.signature(peft.PeftModel.from_pretrained).
	"model",
	"model_id",
	"adapter_name",
	"is_trainable",
	"config",
	"autocast_adapter_dtype",
	"ephemeral_gpu_offload",
	"low_cpu_mem_usage",
	"key_mapping",
	// Read out of **kwargs by PeftModel.from_pretrained and PeftModel.load_adapter, PEFT 0.21.
	"adapters",
	"device_map",
	"ignore_mismatched_sizes",
	"max_memory",
	"offload_dir",
	"offload_folder",
	"offload_index",
	"torch_device",
	"use_auth_token",
	"use_safetensors",
	// Handed on to the download: inspect.signature(huggingface_hub.hf_hub_download), huggingface_hub 1.33.
	"repo_id",
	"filename",
	"subfolder",
	"repo_type",
	"revision",
	"library_name",
	"library_version",
	"cache_dir",
	"local_dir",
	"user_agent",
	"force_download",
	"etag_timeout",
	"token",
	"local_files_only",
	"headers",
	"endpoint",
	"tqdm_class",
	"dry_run",
	// The same before huggingface_hub 1.0.
	"proxies",
	"resume_download",
	"force_filename",
	"local_dir_use_symlinks",
	"legacy_cache_layout",
	// Ignored, but written by habit, and nothing is lost: there is no remote code in an adapter.
	"trust_remote_code",
	// Fields of LoraConfig that are younger than many checkpoints: where adapter_config.json lacks one, the keyword counts.
	"layers_to_transform",
	"layers_pattern",
	"rank_pattern",
	"alpha_pattern",
	"megatron_config",
	"megatron_core",
	"loftq_config",
	"use_rslora",
	"use_dora",
	"layer_replication",
	"runtime_config",
	"exclude_modules",
	"eva_config",
	"lora_bias",
	"trainable_token_indices",
	"corda_config",
	"use_qalora",
	"qalora_group_size",
	"target_parameters",
	"alora_invocation_tokens",
	"arrow_config",
	"ensure_weight_tying",
	"lora_ga_config",
	"use_bdlora",
	"velora_config",
	"monteclora_config",
	"kasa_config",
	"auto_mapping",
	"peft_version",
]);

/** Fields of LoraConfig since PEFT 0.3: every saved adapter_config.json has them. */
const FIELDS: ReadonlySet<string> = new Set([
	"base_model_name_or_path",
	"peft_type",
	"task_type",
	"inference_mode",
	"r",
	"target_modules",
	"lora_alpha",
	"lora_dropout",
	"fan_in_fan_out",
	"bias",
	"modules_to_save",
	"init_lora_weights",
]);

const CONFIGS: ReadonlySet<string> = new Set(["lora_config", "peft_config", "adapter_config"]);

const WEIGHTS: ReadonlySet<string> = new Set([
	"torch_dtype",
	"dtype",
	"load_in_4bit",
	"load_in_8bit",
	"quantization_config",
]);

const TRAINABLE = "is_trainable";
/** Further away than a slip, and written for it all the same. */
const TRAINING: ReadonlySet<string> = new Set(["is_train", "is_training"]);
const SLIPS = 3;

/** Undefined where the keyword counts, or may count. */
export function readKeyword(name: string): Ignored | undefined {
	if (ACCEPTED.has(name)) return undefined;
	if (FIELDS.has(name)) return "field";
	if (CONFIGS.has(name)) return "config";
	if (WEIGHTS.has(name)) return "weights";
	return TRAINING.has(name) || distance(name, TRAINABLE) <= SLIPS ? "misspelt" : "unknown";
}
