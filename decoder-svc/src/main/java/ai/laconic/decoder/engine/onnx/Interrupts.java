package ai.laconic.decoder.engine.onnx;

import org.jspecify.annotations.Nullable;

/**
 * Ends the run under way when nobody wants its result: that of a sequence that was cancelled, or
 * any when the engine closes. Runs over several sequences are short, and aren't ended for one.
 */
final class Interrupts {
  private final DecoderBatch batch;
  private @Nullable Sequence running;
  private boolean stopped;

  Interrupts(DecoderBatch batch) {
    this.batch = batch;
  }

  /** A run for this sequence alone begins. */
  synchronized void enter(Sequence sequence) {
    running = sequence;
  }

  /** It is over: the next run isn't to be ended for what was meant for this one. */
  synchronized void leave() {
    boolean cancelled = running != null && running.cancelled();
    running = null;
    if (cancelled && !stopped) {
      batch.setTerminate(false);
    }
  }

  /** Ends the run of a sequence that was cancelled, if there is one. */
  synchronized void cancelled(Sequence sequence) {
    if (running == sequence) {
      batch.setTerminate(true);
    }
  }

  /** Ends the run under way and all that follow. */
  synchronized void stop() {
    if (!stopped) {
      stopped = true;
      batch.setTerminate(true);
    }
  }
}
