package ai.laconic.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a whole number within bounds; what is outside is refused before anything is sent. */
class WholeNumber implements ITypeConverter<Integer> {
  private final int lowest;
  private final int highest;

  private WholeNumber(int lowest, int highest) {
    this.lowest = lowest;
    this.highest = highest;
  }

  /** What all options take that don't say otherwise: nothing that is counted is below zero. */
  static final class NotNegative extends WholeNumber {
    NotNegative() {
      super(0, Integer.MAX_VALUE);
    }
  }

  static final class Positive extends WholeNumber {
    Positive() {
      super(1, Integer.MAX_VALUE);
    }
  }

  static final class Ratio extends WholeNumber {
    Ratio() {
      super(1, 256);
    }
  }

  static final class Port extends WholeNumber {
    Port() {
      super(0, 65535);
    }
  }

  @Override
  public Integer convert(String typed) {
    try {
      int number = Integer.parseInt(typed.strip());
      if (number >= lowest && number <= highest) {
        return number;
      }
    } catch (NumberFormatException noInt) {
      // Told below.
    }
    throw new TypeConversionException(
        typed + " (expected: a whole number from " + lowest + " to " + highest + ")");
  }
}
