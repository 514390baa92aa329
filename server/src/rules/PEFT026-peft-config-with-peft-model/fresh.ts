/** Adapters that hold nothing yet. */
import type { EventCase } from "../../analysis/graph";

/** Every adapter of the trainer's model was just put in: none was loaded, trained or written. */
export function hasOnlyFreshAdapters({ target, before }: EventCase): boolean {
	return (
		before?.known === true &&
		target?.stale === undefined &&
		before.adapters.length > 0 &&
		before.adapters.every(({ origin, touched }) => origin === "fresh" && touched === "no")
	);
}
