/** What stands between a value and its Core. */
import type { EventCase, HandleView, ModelEvent, PathStep } from "../../analysis/graph";

/** The outermost step that is a PEFT wrapper or its tuner: what makes keys miss. */
export function wrapperStep(handle: HandleView | undefined): PathStep | undefined {
	return handle?.path.find(isWrapping);
}

export function isWrapping(step: PathStep): boolean {
	return step.token === "P" || step.token === "T";
}

export function isWrapped(handle: HandleView | undefined): boolean {
	return wrapperStep(handle) !== undefined;
}

/**
 * The call put a wrapper of its own around what it was given: Unsloth and ms-swift hand an old wrapper back, TRL's
 * prepare_peft_model merges and takes off the old one first.
 */
export function nests(event: ModelEvent, { target, result }: EventCase): boolean {
	if (result === undefined) return true;
	return result.path[0]?.event === event.id && result.path.length > (target?.path.length ?? 0);
}
