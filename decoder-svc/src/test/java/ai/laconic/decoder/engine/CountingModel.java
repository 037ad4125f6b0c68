package ai.laconic.decoder.engine;

import ai.laconic.servicekit.tenant.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A language model that can be worked out by hand: its first token is the sum of the prompt's ids
 * and of all latents, modulo {@link #FIRST}; after a token comes the next number, up to {@link
 * #END}.
 */
public final class CountingModel {
  public static final int VOCABULARY = 100;
  public static final int PLACEHOLDER = 99;
  public static final int END = 98;
  public static final int FIRST = 90;
  public static final int WIDTH = 2;

  private CountingModel() {}

  public static long weigh(int[] ids, float[] latents) {
    long sum = 0;
    for (int id : ids) {
      sum += id == PLACEHOLDER ? 0 : id;
    }
    for (float value : latents) {
      sum += (long) value;
    }
    return sum;
  }

  public static int first(long weight) {
    return (int) (weight % FIRST);
  }

  /** Returns the whole answer if it may have this many tokens. */
  public static List<Integer> answer(DecodePrompt prompt, int maxTokens) {
    List<Integer> tokens = new ArrayList<>();
    int token = first(weigh(prompt.ids(), prompt.latents()));
    while (token != END && tokens.size() < maxTokens) {
      tokens.add(token++);
    }
    return tokens;
  }

  /** Returns a prompt whose answer starts with {@code token}. */
  public static DecodePrompt startingWith(int token) {
    return new DecodePrompt(new int[] {token}, new float[0]);
  }

  /** Returns a request for up to so many tokens, without a deadline. */
  public static EngineRequest request(DecodePrompt prompt, int maxTokens) {
    DecodeTask task = new DecodeTask.Generate(SamplingSettings.GREEDY, maxTokens);
    return prompt.request(TenantId.DEFAULT, task, Instant.MAX, PLACEHOLDER);
  }

  public static EngineInfo info(int slots, int maxPositions) {
    return new EngineInfo(slots, maxPositions, WIDTH, VOCABULARY, PLACEHOLDER);
  }
}
