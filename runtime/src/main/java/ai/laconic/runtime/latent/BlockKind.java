package ai.laconic.runtime.latent;

/** What the rows of a block are. */
public enum BlockKind {
  /** Input embeddings of the decoder: a row for each latent, as wide as the decoder. */
  EMBEDS(1),
  /** Keys and values of the decoder's attention: see {@link KvShape}. */
  KV(2);

  private final int code;

  BlockKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static BlockKind of(int code) throws CorruptBlockException {
    for (BlockKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new CorruptBlockException("kind: " + code + " (expected: 1 or 2)");
  }
}
