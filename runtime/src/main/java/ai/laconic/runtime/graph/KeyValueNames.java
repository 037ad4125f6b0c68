package ai.laconic.runtime.graph;

/** Names of the keys and values that a layer finds and leaves behind. */
interface KeyValueNames {
  /** An input name that stands for "none": nothing was there before this run. */
  String NONE = "";

  String pastKey(int layer);

  String pastValue(int layer);

  String presentKey(int layer);

  String presentValue(int layer);

  /** Returns names for a stack that starts anew with every run. */
  static KeyValueNames withoutPast() {
    return new KeyValueNames() {
      @Override
      public String pastKey(int layer) {
        return NONE;
      }

      @Override
      public String pastValue(int layer) {
        return NONE;
      }

      @Override
      public String presentKey(int layer) {
        return "key." + layer;
      }

      @Override
      public String presentValue(int layer) {
        return "value." + layer;
      }
    };
  }
}
