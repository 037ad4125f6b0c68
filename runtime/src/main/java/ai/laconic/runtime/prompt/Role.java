package ai.laconic.runtime.prompt;

/** Who speaks in a turn. */
public enum Role {
  SYSTEM("system"),
  USER("user"),
  ASSISTANT("assistant");

  private final String word;

  Role(String word) {
    this.word = word;
  }

  /** Returns the word that opens the turn in the prompt. */
  String word() {
    return word;
  }
}
