package ai.laconic.gateway.prompt;

/**
 * Where a part stands in its prompt.
 *
 * @param turn index of its turn
 * @param part its index in the turn
 */
record PartKey(int turn, int part) {
  /** Returns the field's path in the request, for messages. */
  String path(String field) {
    return "turns[" + turn + "].parts[" + part + "]." + field;
  }
}
