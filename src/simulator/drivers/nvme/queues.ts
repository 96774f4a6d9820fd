/** A submission queue: commands that the host has put there, up to `tail`. */
export interface SubmissionQueue {
  readonly id: number;
  readonly address: number;
  readonly size: number;
  readonly completions: CompletionQueue;
  head: number;
  tail: number;
}

/** A completion queue: results that the host takes away, up to `head`. */
export interface CompletionQueue {
  readonly id: number;
  readonly address: number;
  readonly size: number;
  readonly interrupts: boolean;
  readonly vector: number;
  /** Submission queues that end in it. */
  users: number;
  head: number;
  tail: number;
  phase: 0 | 1;
}

/** A queue is full when one more entry would make it look empty. */
export function isFull({ head, tail, size }: CompletionQueue): boolean {
  return (tail + 1) % size === head;
}
