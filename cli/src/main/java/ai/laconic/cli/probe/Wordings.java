package ai.laconic.cli.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The sentences that models are trained to understand. They stand in wordings.json, which the
 * trainer reads too, so that nothing is measured that no model has learnt.
 */
public final class Wordings {
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");
  private static final Map<String, String> SENTENCES = read();

  public static final String REPEAT = say("repeat", Map.of());
  public static final String CONTINUE = say("continue", Map.of());

  /** Begins the answer that asks for chunks: "EXPAND: 3, 7". */
  public static final String EXPAND = say("expand", Map.of("numbers", ""));

  /** Begins the answer that ends a triage: "ANSWER: The magic number for amber is 4711." */
  public static final String ANSWER = say("answer", Map.of("answer", ""));

  private Wordings() {}

  /** The sentence that is hidden in a text. It is also the answer to {@link #question}. */
  public static String needle(String key, String digits) {
    return say("needle", Map.of("key", key, "digits", digits));
  }

  public static String question(String key) {
    return say("question", Map.of("key", key));
  }

  /** Asks for two at once; the answer is both sentences with a space between them. */
  public static String questions(String first, String second) {
    return say("questions", Map.of("first", first, "second", second));
  }

  public static String quote(String phrase) {
    return say("quote", Map.of("phrase", phrase));
  }

  public static String triage(String question) {
    return say("triage", Map.of("question", question));
  }

  /** What stands before a numbered chunk. */
  public static String chunk(int number) {
    return say("chunk", Map.of("number", Integer.toString(number)));
  }

  /** Fills a sentence in one pass: a word that looks like a place stays what it is. */
  private static String say(String name, Map<String, String> words) {
    return PLACE
        .matcher(sentence(name))
        .replaceAll(place -> Matcher.quoteReplacement(word(name, place.group(1), words)));
  }

  private static String sentence(String name) {
    String sentence = SENTENCES.get(name);
    if (sentence == null) {
      throw new IllegalStateException("wordings.json: no " + name + " (expected: a sentence)");
    }
    return sentence;
  }

  private static String word(String name, String place, Map<String, String> words) {
    String word = words.get(place);
    if (word == null) {
      throw new IllegalStateException(
          "wordings.json: " + name + " has {" + place + "} (expected: of " + words.keySet() + ")");
    }
    return word;
  }

  private static Map<String, String> read() {
    try (InputStream file = Wordings.class.getResourceAsStream("wordings.json")) {
      if (file == null) {
        throw new IllegalStateException("wordings.json: not on the class path");
      }
      return JsonMapper.shared().readValue(file, new TypeReference<Map<String, String>>() {});
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
