package ai.laconic.servicekit;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanInstantiationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells an operator in one sentence why a service didn't start, where its settings or the world are
 * to blame.
 *
 * <p>A bean's factory method says so with an {@link IllegalArgumentException}, whose message names
 * the setting, with an exception of Laconic's own, or with a checked one. A stack trace would bury
 * it. Anything else is a flaw in the program and keeps its stack trace.
 */
final class StartFailureAnalyzer extends AbstractFailureAnalyzer<BeanInstantiationException> {
  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable failure, BeanInstantiationException instantiation) {
    Throwable cause = instantiation.getCause();
    if (cause == null) {
      return null;
    }
    boolean worded = cause instanceof IllegalArgumentException || isOurs(cause);
    boolean checked = !(cause instanceof RuntimeException || cause instanceof Error);
    if (!worded && !checked) {
      return null;
    }
    String sentence = worded ? cause.getMessage() : cause.toString();
    return new FailureAnalysis(
        sentence, "Correct what is named above and start the service again", cause);
  }

  private static boolean isOurs(Throwable thrown) {
    return thrown.getClass().getPackageName().startsWith("ai.laconic");
  }
}
