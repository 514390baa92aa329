/**
 * The standard library and well-known observers: calls that are given a model and leave it as it is, copies, and exits.
 *
 * What hands a model out again (list, getattr, zip, functools.partial …) is not listed here: that is for the
 * interpreter, which knows values.
 */
import { api, opaque } from "./define";
import type { ApiSpec, Library } from "./types";

function exits(...names: readonly string[]): ApiSpec[] {
	return names.map((name) => api(name, [], { kind: "exit" }));
}

function only(root: string, ...names: readonly string[]): Library {
	return { root, apis: opaque(...names.map((name) => `${root}.${name}`)) };
}

const COPY: Library = {
	root: "copy",
	apis: [
		api("copy.deepcopy", ["x", "memo"], { kind: "copy", model: "x", deep: true }),
		api("copy.copy", ["x"], { kind: "copy", model: "x", deep: false }),
	],
};

const BUILTINS: Library = {
	root: "builtins",
	apis: [
		...exits("builtins.exit", "builtins.quit"),
		...opaque(
			"builtins.print",
			"builtins.len",
			"builtins.type",
			"builtins.isinstance",
			"builtins.issubclass",
			"builtins.id",
			"builtins.hash",
			"builtins.hasattr",
			"builtins.callable",
			"builtins.str",
			"builtins.repr",
			"builtins.ascii",
			"builtins.format",
			"builtins.bool",
			"builtins.int",
			"builtins.float",
			"builtins.dir",
			"builtins.help",
			"builtins.sum",
			"builtins.any",
			"builtins.all",
			"builtins.open",
			"builtins.input",
			"builtins.breakpoint",
			"builtins.range",
			"builtins.abs",
			"builtins.round",
		),
	],
};

export const pythonLibraries: readonly Library[] = [
	COPY,
	BUILTINS,
	{ root: "sys", apis: [...exits("sys.exit"), ...opaque("sys.getsizeof", "sys.getrefcount")] },
	{ root: "os", apis: [...exits("os._exit", "os.abort"), ...opaque("os.makedirs", "os.system", "os.getenv")] },
	{ root: "pytest", apis: exits("pytest.skip", "pytest.fail", "pytest.exit", "pytest.xfail") },
	only("gc", "collect", "get_referrers", "get_objects"),
	only("pickle", "dump", "dumps"),
	only("json", "dump", "dumps"),
	only("pprint", "pprint", "pp", "pformat"),
	only("inspect", "signature", "getsource", "getmro", "ismethod", "isfunction", "isclass", "getfullargspec"),
	only("logging", "debug", "info", "warning", "error", "critical", "exception", "log", "getLogger", "basicConfig"),
	only("warnings", "warn", "filterwarnings", "simplefilter"),
	only("random", "seed"),
	only("time", "time", "sleep", "perf_counter"),
	only("cloudpickle", "dump", "dumps"),
	only("dill", "dump", "dumps"),
	only("joblib", "dump"),
	only("rich", "print"),
	// Observers of models.
	only("wandb", "watch", "unwatch", "log", "init", "finish", "login", "save", "log_artifact"),
	only("torchinfo", "summary"),
	only("torchsummary", "summary"),
	only("torchviz", "make_dot"),
	only("thop", "profile", "clever_format"),
	only("ptflops", "get_model_complexity_info"),
	only("fvcore", "nn.FlopCountAnalysis", "nn.parameter_count", "nn.parameter_count_table", "nn.flop_count"),
	only("mlflow", "pytorch.log_model", "transformers.log_model", "log_params", "log_metrics", "log_param", "log_metric"),
	only("lm_eval", "simple_evaluate", "evaluate"),
	{
		root: "safetensors",
		apis: [
			...opaque("safetensors.torch.save_file", "safetensors.torch.save_model", "safetensors.torch.save"),
			api("safetensors.torch.load_file", ["filename", "device"], { kind: "adapter-weights", file: "filename" }),
		],
	},
	only("huggingface_hub", "login", "notebook_login", "snapshot_download", "hf_hub_download", "create_repo", "HfApi"),
	only("datasets", "load_dataset", "load_from_disk"),
	only("evaluate", "load"),
];
