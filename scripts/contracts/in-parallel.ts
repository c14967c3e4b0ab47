/** Gives every item to the next worker that is free; workers never run two items at once. */
export async function inParallel<Item, Worker>(
  items: Iterable<Item>,
  workers: readonly Worker[],
  work: (item: Item, worker: Worker) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  await Promise.all(
    workers.map(async (worker) => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        await work(next.value, worker);
      }
    }),
  );
}
