package ai.laconic.servicekit;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/**
 * Tells an operator in one sentence why a service didn't start, where the world is to blame.
 *
 * <p>A checked exception speaks of what lies outside of the program: a checkpoint's file and field,
 * a port in use. Its message is what the operator needs, and stack traces would bury it. Anything
 * unchecked is a flaw in the program and keeps its stack trace.
 */
final class StartFailureAnalyzer extends AbstractFailureAnalyzer<BeanCreationException> {
  @Override
  protected @Nullable FailureAnalysis analyze(Throwable failure, BeanCreationException cause) {
    Throwable root = NestedExceptionUtils.getMostSpecificCause(cause);
    if (root instanceof RuntimeException || root instanceof Error) {
      return null;
    }
    boolean plain = root.getClass().getPackageName().startsWith("ai.laconic");
    String message = plain ? root.getMessage() : root.toString();
    return new FailureAnalysis(
        message, "Correct what is named above and start the service again", root);
  }
}
