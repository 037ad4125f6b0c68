package ai.laconic.decoder.text;

import java.util.List;

/**
 * Lets text through until one of some strings comes up. What could be the start of one is held back
 * until it turns out not to be. How the text is cut into pieces makes no difference.
 */
final class StopStrings {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopStrings(List<String> stops) {
    if (stops.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("stop: empty (expected: 1 character or more)");
    }
    this.stops = List.copyOf(stops);
  }

  /** Returns whether a stop string came up: what stood before it was let through, nothing after. */
  boolean found() {
    return found;
  }

  /** Takes the next piece and returns what can be let through now. */
  String push(String piece) {
    if (found) {
      return "";
    }
    held.append(piece);
    int start = firstStop();
    if (start >= 0) {
      found = true;
      return release(start);
    }
    return release(held.length() - longestPossibleStart());
  }

  /** Ends the text and returns what was held back. */
  String end() {
    return found ? "" : release(held.length());
  }

  /** Returns where the stop string that is complete first starts, the longest of these; or -1. */
  private int firstStop() {
    int first = -1;
    int firstEnd = Integer.MAX_VALUE;
    for (String stop : stops) {
      int start = held.indexOf(stop);
      int end = start + stop.length();
      if (start >= 0 && (end < firstEnd || (end == firstEnd && start < first))) {
        first = start;
        firstEnd = end;
      }
    }
    return first;
  }

  private int longestPossibleStart() {
    int longest = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
        if (stop.startsWith(held.substring(held.length() - length))) {
          longest = length;
        }
      }
    }
    return longest;
  }

  private String release(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
