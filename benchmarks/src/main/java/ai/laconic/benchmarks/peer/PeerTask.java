package ai.laconic.benchmarks.peer;

import ai.laconic.runtime.model.ModelDirectory;
import java.nio.file.Path;

/**
 * What a peer is started for.
 *
 * @param encoding whether it runs the model's encoder, instead of its decoder
 * @param model whose weights it runs
 * @param slots prompts at once
 * @param positions of each prompt and its answer
 */
public record PeerTask(boolean encoding, ModelDirectory model, int slots, int positions) {
  /** Returns the directory of the part that runs. */
  Path part() {
    return model.path().resolve(encoding ? "encoder" : "decoder");
  }
}
