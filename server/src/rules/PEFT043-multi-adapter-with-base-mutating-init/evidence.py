"""PEFT043: an init that changes the base weights leaves no base model under other adapters, or under none."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

MUTATING = "changes the base weights of the model"


def wrapped(init):
    """A fresh wrapper with this init, prepared the way PEFT's documentation does where it needs data."""
    base = base_model()
    prepare = {"corda": prepare_corda, "lora_ga": prepare_lora_ga}.get(init)
    config = prepare(base) if prepare else lora_config(init_lora_weights=init)
    return get_peft_model(base, config)


def prepare_corda(base):
    try:
        from peft.tuners.lora.config import CordaConfig
        from peft.tuners.lora.corda import preprocess_corda
    except ImportError as error:
        raise Skip(f"PEFT {peft.__version__} has no CorDA") from error
    config = lora_config(init_lora_weights="corda", corda_config=CordaConfig(corda_method="ipm"))
    preprocess_corda(base, config, run_model=lambda: base(input_ids=torch.randint(3, 40, (1, 64))))
    return config


def prepare_lora_ga(base):
    try:
        from peft import LoraGAConfig, preprocess_loraga
    except ImportError as error:
        raise Skip(f"PEFT {peft.__version__} has no LoRA-GA") from error
    config = lora_config(init_lora_weights="lora_ga", lora_ga_config=LoraGAConfig())
    preprocess_loraga(base, config, lambda: base(input_ids=PROMPT, labels=PROMPT).loss.backward())
    base.eval()
    return config


def switched_off_is(model, expected):
    with model.disable_adapter():
        return output_is(model, expected)


def with_second(model, **fields):
    model.add_adapter("second", lora_config(**fields))
    model.set_adapter("second")
    return model


def warnings_of(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(warning.message) for warning in caught if MUTATING in str(warning.message)]


# --- the documented examples


@evidence.claim("Bad, disable_adapter(): the output is not the base model's, that with the adapter is")
def bad():
    model = evidence.block("Bad", 0)["model"]
    return all_of(output_is(model, "base"), switched_off_is(model, "other"))


@evidence.claim("Bad, a second adapter: its output is not what it gives on the base model")
def bad_second():
    return output_is(evidence.block("Bad", 1)["model"], "other")


@evidence.claim("Good, a plain init: without the adapter the output is the base model's")
def good():
    return switched_off_is(evidence.block("Good", 0)["model"], "base")


@evidence.claim("Good, saved as plain LoRA: the second adapter's output is right")
def good_converted():
    return output_is(evidence.block("Good", 1)["model"], "sft")


# --- each of the inits


def changes_the_base(init):
    second = wrapped(init)
    second.load_adapter(SFT, "sft")
    second.set_adapter("sft")
    model = wrapped(init)
    fresh_beside = output_is(with_second(wrapped(init)), "other")
    return all_of(output_is(model, "base"), switched_off_is(model, "other"), output_is(second, "other"), fresh_beside)


@evidence.claim("pissa: with the adapter the base model's output, without it and under another adapter not")
def pissa():
    return changes_the_base("pissa")


@evidence.claim("pissa_niter_4: with the adapter the base model's output, without it and under another adapter not")
def pissa_niter_4():
    return changes_the_base("pissa_niter_4")


@evidence.claim("olora: with the adapter the base model's output, without it and under another adapter not")
def olora():
    return changes_the_base("olora")


@evidence.claim("corda: with the adapter the base model's output, without it and under another adapter not")
def corda():
    return changes_the_base("corda")


@evidence.claim("lora_ga: with the adapter the base model's output, without it and under another adapter not")
def lora_ga():
    return changes_the_base("lora_ga")


@evidence.claim("an adapter of that kind that is added to another: the output of the first one, which stays active, changes")
def added():
    model = loaded()
    model.add_adapter("second", lora_config(init_lora_weights="pissa"))
    return output_is(model, "other")


@evidence.claim("load_adapter warns beside pissa from 0.14 on, add_adapter and pissa_niter_4 do not")
def warning():
    loud = warnings_of(lambda: wrapped("pissa").load_adapter(SFT, "sft"))
    quiet = warnings_of(lambda: wrapped("pissa_niter_4").load_adapter(SFT, "sft"))
    added = warnings_of(lambda: with_second(wrapped("pissa")))
    return bool(loud) == since(0, 14) and not quiet and not added, f"{len(loud)}, {len(quiet)} and {len(added)} warnings"


@evidence.claim("disable_adapter() does not warn")
def no_warning():
    model = wrapped("pissa")
    return not warnings_of(lambda: switched_off_is(model, "other")), "no warning"


# --- what looks the same and is right


@evidence.claim("orthogonal and gaussian: without the adapter the output is the base model's, a second one is right")
def harmless_inits():
    inits = ["gaussian", *(["orthogonal"] if since(0, 17) else [])]
    return all_of(*(switched_off_is(with_second(wrapped(init)), "base") for init in inits))


@evidence.claim("lora_ga without its gradients is a plain init")
def lora_ga_alone():
    if not hasattr(peft, "LoraGAConfig"):
        raise Skip(f"PEFT {peft.__version__} has no LoRA-GA")
    model = get_peft_model(base_model(), lora_config(init_lora_weights="lora_ga", lora_ga_config=peft.LoraGAConfig()))
    return switched_off_is(model, "base")


@evidence.claim("merged, the base model's output is whole again, and a new adapter starts from it")
def merged():
    model = get_peft_model(wrapped("pissa").merge_and_unload(), lora_config())
    return all_of(output_is(model, "base"), switched_off_is(model, "base"))


evidence.run()
