package ai.laconic.runtime.tokenizer;

/**
 * Turns the ids of one generation into text as they come.
 *
 * <p>What it returns never ends within a character: bytes wait until they are one. Bytes that no
 * further byte can complete become U+FFFD. Special ids and ids without a token give no text. Not
 * safe for use by several threads at once.
 */
public final class IncrementalDetokenizer {
  private final TokenBytes tokens;
  private final Utf8Assembler characters = new Utf8Assembler();

  IncrementalDetokenizer(TokenBytes tokens) {
    this.tokens = tokens;
  }

  /** Takes the next id and returns the characters that it completes, often none. */
  public String push(int id) {
    StringBuilder out = new StringBuilder();
    push(id, out);
    return out.toString();
  }

  /** Ends the text: returns U+FFFD if bytes of a character are left, and starts anew. */
  public String flush() {
    StringBuilder out = new StringBuilder();
    flush(out);
    return out.toString();
  }

  void push(int id, StringBuilder out) {
    tokens.feed(id, characters, out);
  }

  void flush(StringBuilder out) {
    characters.end(out);
  }
}
