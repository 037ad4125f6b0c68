package ai.laconic.benchmarks.suite;

import java.util.List;

/**
 * How much is measured.
 *
 * @param textTokens lengths of the texts that are asked about
 * @param encodedTokens length of a text that is encoded
 * @param encoders replicas of the encoder
 * @param streams answers at once
 * @param newTokens of each answer
 * @param calls of each kind in a round, where single calls are compared
 * @param contextTokens lengths of growing contexts
 * @param editedTokens length of a text that is changed
 * @param blockKilobytes sizes of blocks that are put into the cache
 * @param cacheMegabytes of blocks of one size together
 * @param idleSeconds that a process has nothing to do before its memory is read
 */
public record Sizes(
    List<Integer> textTokens,
    int encodedTokens,
    List<Integer> encoders,
    List<Integer> streams,
    int newTokens,
    int calls,
    List<Integer> contextTokens,
    int editedTokens,
    List<Integer> blockKilobytes,
    int cacheMegabytes,
    int idleSeconds) {
  private static final int LEAST = 64;

  public Sizes {
    textTokens = List.copyOf(textTokens);
    encoders = List.copyOf(encoders);
    streams = List.copyOf(streams);
    contextTokens = List.copyOf(contextTokens);
    blockKilobytes = List.copyOf(blockKilobytes);
    for (int tokens : textTokens) {
      if (tokens < LEAST) {
        throw new IllegalArgumentException(
            "--tokens: " + tokens + " (expected: " + LEAST + " or more)");
      }
    }
  }

  /** Returns what a page of figures is made of. */
  public static Sizes full() {
    return new Sizes(
        List.of(1000, 4000, 16000, 30000),
        28000,
        List.of(1, 2, 4),
        List.of(1, 4, 8, 32),
        256,
        40,
        List.of(1000, 10000, 100000),
        20000,
        List.of(64, 1024, 8192),
        128,
        20);
  }

  /** Returns as little as shows that everything works. */
  public static Sizes smoke() {
    return new Sizes(
        List.of(128),
        1500,
        List.of(1, 2),
        List.of(1, 2),
        4,
        2,
        List.of(256, 512),
        1500,
        List.of(64),
        1,
        0);
  }

  /** Returns these with other lengths of texts. */
  public Sizes withTextTokens(List<Integer> tokens) {
    return new Sizes(
        tokens,
        encodedTokens,
        encoders,
        streams,
        newTokens,
        calls,
        contextTokens,
        editedTokens,
        blockKilobytes,
        cacheMegabytes,
        idleSeconds);
  }

  /** Returns these with other lengths of contexts. */
  public Sizes withContextTokens(List<Integer> tokens) {
    return new Sizes(
        textTokens,
        encodedTokens,
        encoders,
        streams,
        newTokens,
        calls,
        tokens,
        editedTokens,
        blockKilobytes,
        cacheMegabytes,
        idleSeconds);
  }
}
