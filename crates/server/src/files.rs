//! The files of a site as a service.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::set_status::SetStatus;

/// Headers of every answer. The pages forbid everything foreign themselves; this holds for a file
/// that is no page too.
const HEADERS: &[(HeaderName, &str)] = &[
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // A rebuilt site is seen at once; unchanged files cost one small answer.
    (header::CACHE_CONTROL, "no-cache"),
];

/// The service of the files below `root`.
pub(crate) fn router(root: &Path) -> Router {
    let missing = SetStatus::new(ServeFile::new(root.join("404.html")), StatusCode::NOT_FOUND);
    let files = ServeDir::new(root).fallback(missing);
    let mut router = Router::new().fallback_service(files).layer(from_fn(hide_dotfiles));
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::if_not_present(name.clone(), value));
    }
    router
}

/// Answers for `.git` and the like, which a user may keep in the folder, as if they were not there.
async fn hide_dotfiles(request: Request, next: Next) -> Response {
    // A dot may be written as %2E, a slash as %2F and a backslash as %5C.
    let path = request.uri().path().to_ascii_lowercase();
    let path = path.replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    if path.split(['/', '\\']).any(|part| part.starts_with('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}
