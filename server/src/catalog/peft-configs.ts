/** PEFT's config classes and the tuners they ask for. */
import { adapterNamed, api } from "./define";
import type { ApiSpec } from "./types";

interface PeftMethod {
	readonly peftType: string;
	readonly config: string;
	/** Class of the tuner; undefined for prompt learning, which puts nothing into the model. */
	readonly tuner: string | undefined;
	readonly merges: boolean;
}

const TUNERS: readonly (readonly [peftType: string, config: string, tuner: string])[] = [
	["LORA", "LoraConfig", "LoraModel"],
	["ADALORA", "AdaLoraConfig", "AdaLoraModel"],
	["IA3", "IA3Config", "IA3Model"],
	["LOHA", "LoHaConfig", "LoHaModel"],
	["LOKR", "LoKrConfig", "LoKrModel"],
	["OFT", "OFTConfig", "OFTModel"],
	["BOFT", "BOFTConfig", "BOFTModel"],
	["VERA", "VeraConfig", "VeraModel"],
	["HRA", "HRAConfig", "HRAModel"],
	["LN_TUNING", "LNTuningConfig", "LNTuningModel"],
	["FOURIERFT", "FourierFTConfig", "FourierFTModel"],
	["XLORA", "XLoraConfig", "XLoraModel"],
	["POLY", "PolyConfig", "PolyModel"],
	["VBLORA", "VBLoRAConfig", "VBLoRAModel"],
	// Renamed to MISS in PEFT 0.19.
	["BONE", "BoneConfig", "BoneModel"],
	["MISS", "MissConfig", "MissModel"],
	["TRAINABLE_TOKENS", "TrainableTokensConfig", "TrainableTokensModel"],
	["RANDLORA", "RandLoraConfig", "RandLoraModel"],
	["C3A", "C3AConfig", "C3AModel"],
	["SHIRA", "ShiraConfig", "ShiraModel"],
	["OSF", "OSFConfig", "OSFModel"],
	["ROAD", "RoadConfig", "RoadModel"],
	["DELORA", "DeloraConfig", "DeloraModel"],
	["WAVEFT", "WaveFTConfig", "WaveFTModel"],
	["ADAMSS", "AdamssConfig", "AdamssModel"],
	["BEFT", "BeftConfig", "BeftModel"],
	["DEFT", "DeftConfig", "DeftModel"],
	["FROD", "FrodConfig", "FrodModel"],
	["GLORA", "GloraConfig", "GloraModel"],
	["GRALORA", "GraloraConfig", "GraloraModel"],
	["HIRA", "HiraConfig", "HiraModel"],
	["LILY", "LilyConfig", "LilyModel"],
	["PEANUT", "PeanutConfig", "PeanutModel"],
	["PSOFT", "PsoftConfig", "PsoftModel"],
	["PVERA", "PveraConfig", "PveraModel"],
	["SHADOW", "ShadowConfig", "ShadowModel"],
	["SUPERTUNING", "SupertuningConfig", "SupertuningModel"],
	["TINYLORA", "TinyLoraConfig", "TinyLoraModel"],
	["UNILORA", "UniLoraConfig", "UniLoraModel"],
];

const PROMPT_LEARNING: readonly (readonly [peftType: string, config: string])[] = [
	["PROMPT_TUNING", "PromptTuningConfig"],
	["P_TUNING", "PromptEncoderConfig"],
	["PREFIX_TUNING", "PrefixTuningConfig"],
	["MULTITASK_PROMPT_TUNING", "MultitaskPromptTuningConfig"],
	["CPT", "CPTConfig"],
	["CARTRIDGE", "CartridgeConfig"],
];

const METHODS: readonly PeftMethod[] = [
	...TUNERS.map(([peftType, config, tuner]) => ({ peftType, config, tuner, merges: true })),
	{ peftType: "ADAPTION_PROMPT", config: "AdaptionPromptConfig", tuner: "AdaptionPromptModel", merges: false },
	...PROMPT_LEARNING.map(([peftType, config]) => ({ peftType, config, tuner: undefined, merges: false })),
];

/** Classes that stand inside a config or at the root of configs; no model is made from them alone. */
const PARTS = [
	"LoftQConfig",
	"EvaConfig",
	"CordaConfig",
	"LoraGAConfig",
	"LoraRuntimeConfig",
	"BdLoraConfig",
	"ArrowConfig",
	"KasaConfig",
	"VeloraConfig",
	"MontecloraConfig",
] as const;

/** Bases of config classes: what they read may be of any type. */
const BASES = ["PeftConfig", "PeftConfigMixin", "PromptLearningConfig", "LycorisConfig"] as const;

function configEntries({ peftType, config, tuner, merges }: PeftMethod): ApiSpec[] {
	const injects = tuner !== undefined;
	return [
		api(`peft.${config}`, [], { kind: "config", peftType, injects, merges }),
		api(`peft.${config}.from_pretrained`, ["pretrained_model_name_or_path", "subfolder"], {
			kind: "config-from-pretrained",
			source: "pretrained_model_name_or_path",
			peftType,
			injects,
			merges,
		}),
	];
}

function baseEntries(name: string): ApiSpec {
	return api(`peft.${name}.from_pretrained`, ["pretrained_model_name_or_path", "subfolder"], {
		kind: "config-from-pretrained",
		source: "pretrained_model_name_or_path",
	});
}

/** What tuners call their config where they do not inherit BaseTuner's constructor. */
const CONFIG_PARAMS: ReadonlyMap<string, string> = new Map([
	["AdaLoraModel", "config"],
	["XLoraModel", "config"],
	["OSFModel", "config"],
	["AdamssModel", "config"],
	["TinyLoraModel", "config"],
	["UniLoraModel", "config"],
	["AdaptionPromptModel", "configs"],
]);

/** Calling a tuner's class injects the adapter as get_peft_model does, but gives the bare tuner. */
function tunerEntry(tuner: string): ApiSpec {
	const config = CONFIG_PARAMS.get(tuner) ?? "peft_config";
	return api(`peft.${tuner}`, ["model", config, "adapter_name"], {
		kind: "wrap",
		model: "model",
		config,
		adapterName: adapterNamed("adapter_name"),
		onWrapped: "nest",
		token: "T",
	});
}

export const configApis: readonly ApiSpec[] = [
	...METHODS.flatMap(configEntries),
	...BASES.map(baseEntries),
	...PARTS.map((name) => api(`peft.${name}`, [], { kind: "opaque" })),
];

export const tunerApis: readonly ApiSpec[] = METHODS.flatMap(({ tuner }) => (tuner ? [tunerEntry(tuner)] : []));

export const configBases: readonly string[] = BASES.map((name) => `peft.${name}`);
