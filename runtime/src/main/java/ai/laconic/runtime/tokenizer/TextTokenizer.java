package ai.laconic.runtime.tokenizer;

import static java.util.Objects.requireNonNull;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Turns plain text into ids and ids into text. Marker tokens in the text are text. Safe for use by
 * many threads.
 */
public final class TextTokenizer implements AutoCloseable {
  // Without the first, the library cuts at 512 tokens and says nothing.
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

  private final HuggingFaceTokenizer encoder;
  // Closing frees native memory: it waits for the calls that use it.
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private final TokenBytes tokens;
  private final Map<String, Integer> addedIds;
  private final int vocabularySize;

  private TextTokenizer(HuggingFaceTokenizer encoder, TokenizerFile file) {
    this.encoder = encoder;
    this.tokens = file.tokenBytes();
    this.addedIds = file.addedIds();
    this.vocabularySize = file.vocabularySize();
  }

  /**
   * Opens a {@code tokenizer.json}.
   *
   * @throws TokenizerException if it can't be read or isn't a byte-level BPE
   */
  public static TextTokenizer open(Path tokenizerJson) throws TokenizerException {
    TokenizerFile file = TokenizerFile.read(requireNonNull(tokenizerJson, "tokenizerJson"));
    try {
      var encoder =
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(file.forPlainText()), OPTIONS);
      return new TextTokenizer(encoder, file);
    } catch (IOException | RuntimeException e) {
      throw new TokenizerException(tokenizerJson, "a tokenizer of the Hugging Face library", e);
    }
  }

  /**
   * Returns the ids of {@code text}, as many as it takes and none of them special.
   *
   * @param text any text; lone surrogates are replaced by U+FFFD
   */
  public TokenizedText tokenize(String text) {
    String valid = Surrogates.replaceLone(requireNonNull(text, "text"));
    Encoding encoding;
    open.readLock().lock();
    try {
      encoding = encoder.encode(valid, false, false);
    } finally {
      open.readLock().unlock();
    }
    long[] longs = encoding.getIds();
    int[] ids = new int[longs.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(longs[i]);
    }
    return new TokenizedText(valid, ids, TokenStarts.of(valid, encoding.getCharTokenSpans()));
  }

  /** Returns the highest id + 1, added tokens included. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** Returns the id of an added token, such as {@code <|memory_start|>}, if the file has it. */
  public Optional<Integer> specialId(String content) {
    return Optional.ofNullable(addedIds.get(content));
  }

  /** Returns a detokenizer for one generation. */
  public IncrementalDetokenizer detokenizer() {
    return new IncrementalDetokenizer(tokens);
  }

  /** Returns the text of {@code ids}, special tokens left out. */
  public String decode(int[] ids) {
    IncrementalDetokenizer detokenizer = detokenizer();
    StringBuilder out = new StringBuilder();
    for (int id : ids) {
      detokenizer.push(id, out);
    }
    detokenizer.flush(out);
    return out.toString();
  }

  /** Frees the native tokenizer; {@link #tokenize} fails from here on, decoding goes on. */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      encoder.close();
    } finally {
      open.writeLock().unlock();
    }
  }
}
