/** Findings as JSON in the shape of Ruff's, with `name`, `severity` and `timeline` besides. */
import type { Place } from "../../analysis/graph";
import { ruleUrl } from "../../rules/url";
import { applicabilityOf, type FileResult, type FixableFinding } from "../check/result";
import { type Spots, spotsIn } from "./spots";

/** The whole report: one array over all files. */
export function renderJson(files: readonly FileResult[]): string {
	const findings = files.flatMap((file) => {
		const spots = spotsIn(file);
		return file.findings.map((entry) => jsonFinding(entry, spots));
	});
	return `${JSON.stringify(findings, undefined, 2)}\n`;
}

function jsonFinding({ finding, fix }: FixableFinding, spots: Spots) {
	return {
		cell: spots(finding.place).cell,
		code: finding.code,
		name: finding.name,
		severity: finding.severity,
		message: finding.message,
		filename: spots(finding.place).filename,
		...rangeOf(finding.place, spots),
		url: ruleUrl(finding),
		fix:
			fix === undefined
				? null
				: {
						applicability: applicabilityOf(fix),
						message: fix.title,
						edits: fix.edits.map((edit) => ({
							content: edit.text,
							...cellOf(edit, finding.place, spots),
							...rangeOf(edit, spots),
						})),
					},
		timeline: finding.timeline.map(({ message, place }) => ({
			message,
			cell: spots(place).cell,
			filename: spots(place).filename,
			...rangeOf(place, spots),
		})),
	};
}

/** In another cell than the finding's; Ruff's edits never are, and have no such field. */
function cellOf(edit: Place, place: Place, spots: Spots): { readonly cell?: number | null } {
	const { cell } = spots(edit);
	return cell === spots(place).cell ? {} : { cell };
}

function rangeOf(place: Place, spots: Spots) {
	const { lines, span } = spots(place);
	return { location: lines.locate(span.start), end_location: lines.locate(span.end) };
}
