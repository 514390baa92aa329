"""PEFT034: arguments of configs that PEFT does not have, refuses or does not look at."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from peft import AdaLoraConfig, IA3Config, LoftQConfig, LoKrConfig, OFTConfig, PromptTuningConfig, TaskType

evidence = Evidence(__file__)

ANY = (AttributeError, ImportError, KeyError, NotImplementedError, TypeError, ValueError, ZeroDivisionError)


def wrap(**fields):
    return get_peft_model(base_model(), lora_config(**fields))


def fails_at_wrap(**fields):
    """The config is made, and the model cannot be wrapped with it."""
    config = lora_config(**fields)
    return raises(ANY, lambda: get_peft_model(base_model(), config))


def refused(*values, **options):
    return all_of(*(fails_at_wrap(**{options["field"]: value}) for value in values))


def taken(make):
    make()
    return True, "taken"


# --- the documented examples


@evidence.claim("Bad, a name that LoraConfig does not have: TypeError")
def bad_name():
    return raises(TypeError, lambda: evidence.block("Bad", 0))


@evidence.claim("Bad, bias=False: the wrap raises, after the model was loaded")
def bad_bias():
    return raises((NotImplementedError, AttributeError), lambda: evidence.block("Bad", 1))


@evidence.claim("Bad, a loftq_config alone: the adapter begins like any other, with a warning from 0.14 on")
def bad_loftq():
    warning = {"`loftq_config` specified but will be ignored": since(0, 14)}
    return all_of(output_is(evidence.block("Bad", 2)["model"], "base"), warned(lambda: evidence.block("Bad", 2), warning))


@evidence.claim("Good: the model is wrapped, and trains")
def good():
    return trains(evidence.block("Good")["model"])


# --- names


@evidence.claim("slips, names from elsewhere and arguments of trainers raise TypeError")
def names():
    wrong = ["target_module", "rank", "lora_r", "alpha", "dropout", "lora_drop_out", "lora_target_modules", "use_original_init"]
    foreign = ["gradient_checkpointing", "use_gradient_checkpointing", "load_in_4bit", "torch_dtype", "is_trainable"]
    more = ["adapter_name", "dtype", "learning_rate", "load_in_8bit", "max_seq_length", "quantization_config", "random_state"]
    return all_of(*(raises(TypeError, lambda name=name: LoraConfig(**{name: 8})) for name in wrong + foreign + more))


@evidence.claim("merge_weights and enable_lora, which the first releases had, raise TypeError")
def gone():
    return all_of(*(raises(TypeError, lambda name=name: LoraConfig(**{name: None})) for name in ("merge_weights", "enable_lora")))


@evidence.claim("OFTConfig has rank_pattern and alpha_pattern up to 0.14")
def oft():
    make = lambda: OFTConfig(rank_pattern={}, alpha_pattern={})
    return raises(TypeError, make) if since(0, 15) else taken(make)


@evidence.claim("other config classes refuse names that they do not have")
def others():
    return all_of(
        raises(TypeError, lambda: IA3Config(feedforward_module=[])),
        raises(TypeError, lambda: LoKrConfig(lora_alpha=8)),
        raises(TypeError, lambda: PromptTuningConfig(num_virtual_token=8)),
    )


@evidence.claim("fields of LoraConfig raise TypeError before the release that brought them, and are taken from it on")
def younger():
    fields = {
        "use_rslora": (0, 8),
        "use_dora": (0, 9),
        "layer_replication": (0, 10),
        "runtime_config": (0, 12),
        "exclude_modules": (0, 14),
        "corda_config": (0, 15),
        "use_qalora": (0, 16),
        "target_parameters": (0, 17),
        "ensure_weight_tying": (0, 18),
        "use_bdlora": (0, 19),
        "velora_config": (0, 20),
        "kasa_config": (0, 21),
    }
    seen = []
    for name, first in fields.items():
        make = lambda: LoraConfig(**{name: None})
        seen.append(taken(make) if since(*first) else raises(TypeError, make))
    return all_of(*seen)


# --- values


@evidence.claim("r that is no positive integer: the wrap raises")
def rank():
    return refused(0, -1, 8.0, 0.5, "8", None, True, field="r")


@evidence.claim("lora_alpha that is no number: the wrap raises")
def alpha():
    return refused("16", None, field="lora_alpha")


@evidence.claim("lora_dropout above 1, or as a string: the wrap raises")
def dropout():
    return refused(5, 1.5, "0.1", field="lora_dropout")


@evidence.claim("bias that is none of its three values: the wrap raises")
def bias():
    return refused(True, False, None, "lora", "None", "lora-only", field="bias")


@evidence.claim("bias and lora_dropout of AdaLoRA: the wrap raises as well")
def adalora():
    fields = {"target_modules": ["q_proj"], "task_type": "CAUSAL_LM", "total_step": 10}
    bad = [AdaLoraConfig(bias="None", **fields), AdaLoraConfig(lora_dropout=2, **fields)]
    return all_of(*(raises(ANY, lambda one=one: get_peft_model(base_model(), one)) for one in bad))


@evidence.claim("a way to initialise that PEFT does not know: the wrap raises ValueError")
def unknown_init():
    wrong = ["PiSSA", "kaiming", "kaiming_uniform", "xavier", "zeros", "random", "normal", "default", "True", "sparse-svd"]
    return refused(*wrong, field="init_lora_weights")


@evidence.claim("ways to initialise: unknown before the release that brought them, known from it on")
def init_since():
    ways = {
        "gaussian": (0, 7),
        "Gaussian": (0, 7),
        "pissa": (0, 11),
        "pissa_niter_4": (0, 11),
        "olora": (0, 12),
        "eva": (0, 14),
        "orthogonal": (0, 16),
        "lora_ga": (0, 19),
        "mica": (0, 20),
    }
    seen = []
    for name, first in ways.items():
        if since(*first):
            seen.append(taken(lambda: wrap(init_lora_weights=name)))
        else:
            seen.append(fails_at_wrap(init_lora_weights=name))
    return all_of(*seen)


@evidence.claim("corda: unknown before 0.15, and from then on it asks for preprocess_corda")
def corda():
    seen, detail = raises(ValueError, lambda: wrap(init_lora_weights="corda"))
    return seen and ("preprocess_corda" in detail) == since(0, 15), detail


@evidence.claim("loftq without a loftq_config: LoraConfig raises")
def loftq_alone():
    return raises((ValueError, ImportError), lambda: LoraConfig(init_lora_weights="loftq"))


@evidence.claim("eva_config and corda_config without their initialisation are ignored, with a warning")
def parts():
    if not since(0, 14):
        raise Skip("EvaConfig came with 0.14")
    made = {"eva_config": peft.EvaConfig()}
    if since(0, 15):
        made["corda_config"] = peft.tuners.lora.config.CordaConfig()
    warnings_of = [
        warned(lambda: lora_config(**{name: part}), {f"`{name}` specified but will be ignored": True}) for name, part in made.items()
    ]
    models = [output_is(wrap(**{name: part}), "base") for name, part in made.items()]
    return all_of(*warnings_of, *models)


@evidence.claim("use_dora with lora_bias: LoraConfig raises")
def dora_bias():
    return raises((TypeError, ValueError), lambda: LoraConfig(use_dora=True, lora_bias=True))


# --- tasks

TASKS = ["causal_lm", "CAUSAL-LM", "CausalLM", "text-generation"]


@evidence.claim("a task type that is none: ValueError from 0.14 on; before, LoRA takes it and the model has the wrapper of no task")
def tasks():
    if since(0, 14):
        return all_of(*(raises(ValueError, lambda task=task: LoraConfig(task_type=task)) for task in TASKS))
    found = [type(wrap(task_type=task)).__name__ for task in TASKS]
    return set(found) == {"PeftModel"}, ", ".join(found)


@evidence.claim("a task type that is none, of a prompt: the config or the wrap raises")
def prompt_tasks():
    make = lambda task: get_peft_model(base_model(), PromptTuningConfig(num_virtual_tokens=4, task_type=task))
    return all_of(*(raises((KeyError, ValueError), lambda task=task: make(task)) for task in TASKS))


# --- what looks the same and is right


@evidence.claim("a rank of 0 is taken where a pattern gives another, and so is None for a scale")
def patterns():
    pattern = {"q_proj": 4, "v_proj": 4}
    return all_of(
        trains(wrap(r=0, rank_pattern=pattern)), trains(wrap(lora_alpha=None, alpha_pattern={"q_proj": 8, "v_proj": 8}))
    )


@evidence.claim("a whole number as a scale or a dropout, a fraction as a scale, a task by its enum, no task at all")
def right():
    fields = [{"lora_alpha": 0.5}, {"lora_dropout": 0}, {"lora_dropout": 1}, {"task_type": TaskType.CAUSAL_LM}, {"task_type": None}]
    return all_of(*(taken(lambda one=one: wrap(**one)) for one in fields))


@evidence.claim("values that are put right before the model is wrapped")
def put_right():
    config = lora_config(r=0, lora_alpha=None, bias=False)
    config.r, config.lora_alpha, config.bias = 4, 8, "none"
    return trains(get_peft_model(base_model(), config))


# --- the fixes


@evidence.claim("Bad, a name, after PEFT Lint's fix: the config has the rank")
def fixed_name():
    rank = evidence.fixed_block(0)["config"].r
    return rank == 16, f"r == {rank}"


@evidence.claim("Bad, bias=False, after PEFT Lint's fix: the model is wrapped, and trains")
def fixed_bias():
    return trains(evidence.fixed_block(1)["model"])


evidence.run()
