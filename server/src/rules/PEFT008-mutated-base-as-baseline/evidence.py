"""PEFT008: the variable that was wrapped has the adapter inside: it is no baseline, and no reference."""

import copy
import importlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def preferences():
    row = {"prompt": "w1 w2", "chosen": "w3 w4 w5", "rejected": "w6 w7 w8"}
    Path("preferences.jsonl").write_text("".join(json.dumps(row) + "\n" for _ in range(8)), encoding="utf-8")


def losses(trainer):
    return [round(entry["loss"], 4) for entry in trainer.state.log_history if "loss" in entry]


def moved(model):
    norms = [parameter.norm().item() for name, parameter in model.named_parameters() if "lora_B" in name]
    return any(norm > 0 for norm in norms), "the adapter's weights changed"


def stands_still(trainer):
    seen = losses(trainer)
    return all_of((len(seen) > 1 and all(loss == 0.6931 for loss in seen), f"losses {seen}"), moved(trainer.model))


def falls(trainer):
    seen = losses(trainer)
    return all_of((len(seen) > 1 and seen[-1] < 0.69, f"losses {seen}"), moved(trainer.model))


def trained_with(kind, model, data, **options):
    """A real trainer of TRL's, three steps. Options of the config are those it has no parameter for."""
    trl = needs("trl")
    place = trl if hasattr(trl, f"{kind}Trainer") else importlib.import_module(f"trl.experimental.{kind.lower()}")
    settings = {"max_steps": 3, "logging_steps": 1, "learning_rate": 0.01, "per_device_train_batch_size": 4}
    settings |= {"use_cpu": True, "bf16": False, "report_to": []}
    if "precompute_ref_log_probs" in options:
        settings["precompute_ref_log_probs"] = options.pop("precompute_ref_log_probs")
    args = getattr(place, f"{kind}Config")(output_dir=f"out/{kind}", **settings)
    tokenizer = transformers.AutoTokenizer.from_pretrained(BASE)
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    rows = needs("datasets").Dataset.from_list(data)
    make = getattr(place, f"{kind}Trainer")
    trainer = make(model=model, args=args, train_dataset=rows, processing_class=tokenizer, **options)
    trainer.train()
    return trainer


def dpo(model, **options):
    rows = [{"prompt": "w1 w2", "chosen": "w3 w4 w5", "rejected": "w6 w7 w8"}] * 8
    return trained_with("DPO", model, rows, **options)


def kto(model, **options):
    good = {"prompt": "w1 w2", "completion": "w3 w4 w5", "label": True}
    rows = [good, {"prompt": "w1 w2", "completion": "w6 w7 w8", "label": False}] * 4
    return trained_with("KTO", model, rows, **options)


def gkd(model, **options):
    turns = [{"role": "user", "content": "w1 w2 w5"}, {"role": "assistant", "content": "w3 w4 w7 w8 w9"}]
    return trained_with("GKD", model, [{"messages": turns}] * 8, **options)


# --- the documented examples


@evidence.claim("Bad: both outputs are the adapter's")
def bad():
    names = evidence.block("Bad", 0)
    same = torch.equal(names["plain"], names["answer"])
    return all_of((same, "equal texts" if same else "other texts"), output_is(names["base"], "sft"))


@evidence.claim("Good: without the adapter the output is the base model's, and the adapter's again behind the block")
def good():
    model = evidence.block("Good", 0)["model"]
    with model.disable_adapter():
        inside = output_is(model, "base")
    return all_of(inside, output_is(model, "sft"))


@evidence.claim("Bad: with the base variable as ref_model the loss of DPO stays 0.6931 while the adapter changes")
def bad_reference():
    needs("trl")
    preferences()
    return stands_still(evidence.block("Bad", 1)["trainer"])


@evidence.claim("Good: without ref_model the loss of DPO falls")
def good_reference():
    needs("trl")
    preferences()
    return falls(evidence.block("Good", 1)["trainer"])


# --- other ways to the same network


@evidence.claim("get_base_model(), .base_model and .base_model.model compute what the wrapper computes")
def inside():
    model = loaded()
    ways = (model.get_base_model(), model.base_model, model.base_model.model)
    return all_of(*(output_is(way, "sft") for way in ways))


@evidence.claim("a wrapped base variable computes what the trained wrapper computes")
def trained():
    base = base_model()
    model = get_peft_model(base, lora_config())
    changed = train(model)
    return same_output(base, model) and not same_output(base, base_model()), f"{changed} tensors trained, same output"


@evidence.claim("before its first step a new adapter changes nothing: the base variable still is a baseline")
def untrained():
    base = base_model()
    get_peft_model(base, lora_config())
    return output_is(base, "base")


@evidence.claim("the variable that a trainer was given with peft_config computes what the trainer's model computes")
def by_trainer():
    base = base_model()
    trainer = sft_trainer(base, peft_config=lora_config())
    trainer.train()
    return same_output(base, trainer.model) and not same_output(base, base_model()), "same output"


@evidence.claim("get_base_model() as ref_model: the loss of DPO stays 0.6931")
def inside_as_reference():
    model = fresh()
    return stands_still(dpo(model, ref_model=model.get_base_model()))


@evidence.claim("the base variable as ref_model of KTO: the loss stays 0.5; without ref_model it falls")
def kto_reference():
    base = base_model()
    model = get_peft_model(base, lora_config())
    stuck, free = losses(kto(model, ref_model=base)), losses(kto(fresh()))
    return all_of((set(stuck) == {0.5}, f"losses {stuck}"), moved(model), (free[-1] < 0.5, f"losses {free}"))


@evidence.claim("the base variable as teacher_model of GKD: the loss stays 0; with a second base model it does not")
def teacher():
    base = base_model()
    model = PeftModel.from_pretrained(base, SFT, is_trainable=True)
    stuck = losses(gkd(model, teacher_model=base))
    free = losses(gkd(loaded(is_trainable=True), teacher_model=base_model()))
    return all_of((set(stuck) == {0}, f"losses {stuck}"), (max(free) > 0, f"losses {free}"))


# --- what looks the same and is right


@evidence.claim("inside of disable_adapter() the base variable computes what the base model computes")
def switched_off():
    base = base_model()
    model = PeftModel.from_pretrained(base, SFT)
    with model.disable_adapter():
        return output_is(base, "base")


@evidence.claim("a copy, or a second base model, is a baseline")
def copies():
    base = base_model()
    PeftModel.from_pretrained(copy.deepcopy(base), SFT)
    return output_is(base, "base")


@evidence.claim("after unload() the base variable is the base model")
def unloaded():
    base = base_model()
    PeftModel.from_pretrained(base, SFT).unload()
    return output_is(base, "base")


@evidence.claim("prompt tuning leaves the base variable as it is")
def prompt():
    base = base_model()
    model = get_peft_model(base, peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM"))
    changed = train(model)
    return all_of((changed > 0, f"{changed} tensors trained"), output_is(base, "base"))


@evidence.claim("adapter_names=['__base__'] computes without the adapter")
def rows():
    if not since(0, 11):
        raise Skip(f"PEFT {peft.__version__} has no mixed batches for this")
    model = loaded().eval()
    with torch.no_grad():
        logits = model(input_ids=PROMPT, adapter_names=["__base__"]).logits
    return torch.allclose(logits, output(base_model()), atol=1e-5), "output == base"


@evidence.claim("a second base model as ref_model: the loss of DPO falls")
def second_reference():
    return falls(dpo(fresh(), ref_model=base_model()))


@evidence.claim("a reference computed before the training: the loss of DPO falls")
def precomputed():
    base = base_model()
    model = get_peft_model(base, lora_config())
    return falls(dpo(model, ref_model=base, precompute_ref_log_probs=True))


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the first output is the base model's")
def bad_fixed():
    names = evidence.fixed_block(0)
    expected = base_model().generate(input_ids=PROMPT, max_new_tokens=8, do_sample=False)
    same = torch.equal(names["plain"], expected)
    return all_of((same, "the base model's text" if same else "another text"), output_is(names["model"], "sft"))


@evidence.claim("Bad, after PEFT Lint's fix: the loss of DPO falls")
def reference_fixed():
    needs("trl")
    preferences()
    return falls(evidence.fixed_block(1)["trainer"])


evidence.run()
