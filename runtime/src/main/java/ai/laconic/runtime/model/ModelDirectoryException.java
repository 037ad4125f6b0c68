package ai.laconic.runtime.model;

import ai.laconic.runtime.safetensors.Excerpt;
import ai.laconic.runtime.safetensors.SafetensorsException;

/**
 * Says why a directory can't be served: which file, which field in it, what stands there and what
 * was expected. Everything that is wrong with a checkpoint is found on opening and reported so.
 */
public final class ModelDirectoryException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Describes one flaw.
   *
   * @param file path relative to the directory, with {@code /}
   * @param field name of the field or tensor; empty when the file itself is the flaw
   * @param value what stands there
   * @param expected what would have been accepted
   */
  public ModelDirectoryException(String file, String field, String value, String expected) {
    super(Excerpt.ofFlaw(file, field, value, expected));
  }

  ModelDirectoryException(SafetensorsException flaw) {
    super(flaw.getMessage(), flaw);
  }
}
