/** Which fixes may be applied without a person looking at each. */
import type { ModelGraph } from "../analysis/graph";
import { fixesFor } from "../rules/engine";
import type { Edit, Finding } from "../rules/rule";
import { interfere } from "../rules/shared/cells";

/**
 * The safe fix of every finding, less those that interfere with an edit taken before: they are for the next time, which
 * sees the changed text. Sorted by place, in file 0 only.
 */
export function safeEdits(findings: readonly Finding[], graph: ModelGraph): readonly Edit[] {
	const taken: Edit[] = [];
	for (const finding of findings) {
		const safe = fixesFor(finding, graph).find(
			(fix) => fix.applicability === "safe" && fix.edits.every((edit) => edit.file === 0),
		);
		if (safe === undefined || safe.edits.some((edit) => taken.some((other) => interfere(edit, other, graph)))) continue;
		taken.push(...safe.edits);
	}
	return taken.sort((a, b) => a.start - b.start || a.end - b.end);
}
