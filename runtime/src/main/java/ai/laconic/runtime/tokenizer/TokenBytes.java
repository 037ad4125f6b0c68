package ai.laconic.runtime.tokenizer;

import java.util.List;
import java.util.Map;

/** The bytes of every id of a vocabulary, in one array; immutable. */
final class TokenBytes {
  private final byte[] bytes;
  // Token id's bytes stand from ends[id] to ends[id + 1].
  private final int[] ends;

  private TokenBytes(byte[] bytes, int[] ends) {
    this.bytes = bytes;
    this.ends = ends;
  }

  /**
   * Makes the table. Special tokens and ids without a token have no bytes: decoding leaves them
   * out.
   */
  static TokenBytes of(Map<String, Integer> vocabulary, List<AddedToken> added, int size) {
    byte[][] table = new byte[size][];
    vocabulary.forEach((token, id) -> table[id] = ByteAlphabet.bytesOf(token));
    for (AddedToken token : added) {
      table[token.id()] = token.special() ? null : ByteAlphabet.bytesOf(token.content());
    }
    int[] ends = new int[size + 1];
    for (int id = 0; id < size; id++) {
      ends[id + 1] = ends[id] + (table[id] == null ? 0 : table[id].length);
    }
    byte[] bytes = new byte[ends[size]];
    for (int id = 0; id < size; id++) {
      if (table[id] != null) {
        System.arraycopy(table[id], 0, bytes, ends[id], table[id].length);
      }
    }
    return new TokenBytes(bytes, ends);
  }

  /** Feeds the bytes of {@code id} to {@code text}. Matrices may be padded: any id is legal. */
  void feed(int id, Utf8Assembler text, StringBuilder out) {
    if (id < 0 || id >= ends.length - 1) {
      return;
    }
    for (int i = ends[id]; i < ends[id + 1]; i++) {
      text.add(bytes[i], out);
    }
  }
}
