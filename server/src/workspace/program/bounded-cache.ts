/** A cache that forgets what was not used for longest. */

export interface BoundedCache<K, V> {
	get(key: K): V | undefined;
	/** `size` in the unit of the bound. What is larger than the bound alone is not kept. */
	set(key: K, value: V, size: number): void;
	/** Those that are kept now. */
	keys(): readonly K[];
}

export function createBoundedCache<K, V>(bound: number): BoundedCache<K, V> {
	/** Least recently used first. */
	const entries = new Map<K, { readonly value: V; readonly size: number }>();
	let total = 0;

	function remove(key: K): void {
		total -= entries.get(key)?.size ?? 0;
		entries.delete(key);
	}

	return {
		get(key) {
			const entry = entries.get(key);
			if (entry === undefined) return undefined;
			entries.delete(key);
			entries.set(key, entry);
			return entry.value;
		},
		set(key, value, size) {
			remove(key);
			entries.set(key, { value, size });
			total += size;
			for (const oldest of entries.keys()) {
				if (total <= bound) return;
				remove(oldest);
			}
		},
		keys: () => [...entries.keys()],
	};
}
