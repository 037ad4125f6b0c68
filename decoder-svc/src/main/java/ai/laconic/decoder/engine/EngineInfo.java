package ai.laconic.decoder.engine;

import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.error.Problems;
import java.util.Arrays;

/**
 * What an engine can take.
 *
 * @param slots generations that run at once, on all servers together if the engine has several
 * @param maxPositions decoder positions that one generation may take, prompt and answer together
 * @param latentWidth numbers in one latent
 * @param vocabularySize token ids, from 0
 * @param placeholderId the id in whose place a latent is read
 */
public record EngineInfo(
    int slots, int maxPositions, int latentWidth, int vocabularySize, int placeholderId) {
  public EngineInfo {
    positive("slots", slots);
    positive("max-positions", maxPositions);
    positive("latent width", latentWidth);
    positive("vocabulary size", vocabularySize);
    if (placeholderId < 0 || placeholderId >= vocabularySize) {
      throw new IllegalArgumentException(
          "placeholder id: " + placeholderId + " (expected: 0 to " + (vocabularySize - 1) + ")");
    }
  }

  /**
   * Checks a request before anything is done for it.
   *
   * @throws io.grpc.StatusRuntimeException OUT_OF_RANGE or INVALID_ARGUMENT
   */
  public void check(EngineRequest request) {
    Prompt prompt = request.prompt();
    DecodeTask task = request.task();
    checkFits(prompt, task instanceof DecodeTask.Score ? "continuation" : "max_tokens", task);
    checkPrompt(prompt);
    if (task instanceof DecodeTask.Score score) {
      checkIds("continuation id", score.continuation());
    }
  }

  /** Returns the same with other slots. */
  public EngineInfo withSlots(int count) {
    return new EngineInfo(count, maxPositions, latentWidth, vocabularySize, placeholderId);
  }

  private void checkFits(Prompt prompt, String what, DecodeTask task) {
    if ((long) prompt.length() + task.maxTokens() > maxPositions) {
      throw Problems.outOfRange(
          "prompt and " + what,
          prompt.length() + " + " + task.maxTokens() + " positions",
          "at most " + maxPositions + " together");
    }
  }

  private void checkIds(String what, int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw Problems.invalid(what, id, "0 to " + (vocabularySize - 1));
      }
    }
  }

  private void checkPrompt(Prompt prompt) {
    if (prompt.length() == 0) {
      throw Problems.invalid("prompt", "0 positions", "1 or more");
    }
    checkIds("prompt id", prompt.ids());
    long placeholders = Arrays.stream(prompt.ids()).filter(id -> id == placeholderId).count();
    if (placeholders != prompt.latents()) {
      throw Problems.invalid(
          "latents", prompt.latents(), placeholders + ", one for each placeholder");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
