"""PEFT014: an optimizer that is older than the adapter never updates it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def adapter_moved(model):
    """A new adapter's lora_B is zero until it is trained."""
    weights = [parameter for name, parameter in model.named_parameters() if "lora_B" in name]
    return any(parameter.abs().sum().item() > 0 for parameter in weights), f"{len(weights)} lora_B tensors"


def steps(model, optimizer, count=3):
    """How many parameter tensors the optimizer changes."""
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    model.train()
    for _ in range(count):
        model(input_ids=PROMPT, labels=PROMPT).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    return sum(not torch.equal(parameter, before[name]) for name, parameter in model.named_parameters())


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.5)


# --- the documented examples


@evidence.claim("Bad: no adapter weight changes, and the output is the base model's")
def bad():
    model = evidence.block("Bad")["model"]
    moved, detail = adapter_moved(model)
    return all_of((not moved, detail), output_is(model, "base"))


@evidence.claim("Good: the adapter is trained")
def good():
    return all_of(*(adapter_moved(evidence.block("Good", index)["model"]) for index in (0, 1)))


# --- why


@evidence.claim("nothing warns, and not one parameter changes: the base weights are frozen")
def silent():
    model = base_model()
    optimizer = sgd(model.parameters())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = get_peft_model(model, lora_config())
        changed = steps(model, optimizer)
    return changed == 0 and not caught, f"{changed} tensors changed, {len(caught)} warnings"


@evidence.claim("the same with an adapter that is loaded with is_trainable=True")
def with_loaded():
    model = base_model()
    optimizer = sgd(model.parameters())
    changed = steps(PeftModel.from_pretrained(model, SFT, is_trainable=True), optimizer)
    return changed == 0, f"{changed} tensors changed"


@evidence.claim("the same with inject_adapter_in_model and with a second adapter that is made active")
def with_others():
    model = base_model()
    optimizer = sgd(model.parameters())
    peft.inject_adapter_in_model(lora_config(), model)
    injected = steps(model, optimizer)
    model = fresh()
    optimizer = sgd(model.parameters())
    model.add_adapter("second", lora_config())
    model.set_adapter("second")
    second = steps(model, optimizer)
    return injected == second == 0, f"{injected} and {second} tensors changed"


@evidence.claim("the same with Trainer(optimizers=(optimizer, None))")
def with_trainer():
    model = base_model()
    optimizer = sgd(model.parameters())
    model = get_peft_model(model, lora_config())
    hf_trainer(model, optimizers=(optimizer, None)).train()
    moved, detail = adapter_moved(model)
    return not moved, detail


@evidence.claim("the same where SFTTrainer puts the adapter in: peft_config= with optimizers=(optimizer, None)")
def with_trl():
    model = base_model()
    trainer = sft_trainer(model, peft_config=lora_config(), optimizers=(sgd(model.parameters()), None))
    trainer.train()
    moved, detail = adapter_moved(trainer.model)
    return not moved, detail


def hf_trainer(model, **options):
    needs("accelerate")
    args = transformers.TrainingArguments("out/trainer", max_steps=2, use_cpu=True, report_to=[], disable_tqdm=True)
    data = [{"input_ids": PROMPT[0], "labels": PROMPT[0]}] * 4
    return transformers.Trainer(model=model, args=args, train_dataset=data, **options)


# --- what is right


@evidence.claim("an optimizer over the base variable, made after the wrap, trains the adapter")
def over_base_variable():
    base = base_model()
    model = get_peft_model(base, lora_config())
    changed = steps(model, sgd(base.parameters()))
    return changed > 0, f"{changed} tensors changed"


@evidence.claim("a Trainer that is made before the wrap trains the adapter: its optimizer is made when training begins")
def lazy_trainer():
    model = base_model()
    trainer = hf_trainer(model)
    get_peft_model(model, lora_config())
    trainer.train()
    return adapter_moved(model)


@evidence.claim("a second optimizer that is made after the wrap trains the adapter")
def second_optimizer():
    model = base_model()
    sgd(model.parameters())
    model = get_peft_model(model, lora_config())
    changed = steps(model, sgd(parameter for parameter in model.parameters() if parameter.requires_grad))
    return changed > 0, f"{changed} tensors changed"


@evidence.claim("add_param_group and param_groups give the parameters to an optimizer that exists")
def added():
    def changed_by(add):
        model = base_model()
        optimizer = sgd(model.parameters())
        model = get_peft_model(model, lora_config())
        add(optimizer, [parameter for parameter in model.parameters() if parameter.requires_grad])
        return steps(model, optimizer)

    group = changed_by(lambda optimizer, new: optimizer.add_param_group({"params": new}))
    by_hand = changed_by(lambda optimizer, new: optimizer.param_groups[0].update(params=new))
    return group > 0 and by_hand > 0, f"{group} and {by_hand} tensors changed"


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the adapter is trained")
def bad_fixed():
    return adapter_moved(evidence.fixed_block(0)["model"])


evidence.run()
