//! Methods that generated structs have in common. They are macros only because
//! inherent methods cannot be inherited.
//!
//! They are `#[inline]`, so that a crate compiles them for the operations it
//! calls, and not for all there are.

/// The refinements every request has: inside `impl` of a struct with the field
/// `request: Request<Output, Format>`.
///
/// ```
/// use specwright_runtime::{Request, format::Json};
///
/// pub struct ListItems {
///     request: Request<Vec<String>, Json>,
/// }
///
/// impl ListItems {
///     specwright_runtime::request_methods!(Vec<String>, Json);
/// }
/// # fn refine(list: ListItems) -> ListItems { list.max_retries(0).header("x-a", "b") }
/// ```
#[macro_export]
macro_rules! request_methods {
    ($output:ty, $format:ty) => {
        /// Sets the total timeout of one attempt. For a stream it ends when
        /// the head of the reply has arrived.
        #[must_use]
        #[inline]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.request = self.request.timeout(timeout);
            self
        }

        /// Sets how long a stream may stay silent.
        #[must_use]
        #[inline]
        pub fn idle_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.request = self.request.idle_timeout(timeout);
            self
        }

        /// Sets how often a failed attempt is repeated; 0 turns retries off.
        #[must_use]
        #[inline]
        pub fn max_retries(mut self, retries: u32) -> Self {
            self.request = self.request.max_retries(retries);
            self
        }

        /// Sends the request as it is, whatever the operation would check
        /// before.
        #[must_use]
        #[inline]
        pub fn unchecked(mut self) -> Self {
            self.request = self.request.unchecked();
            self
        }

        /// Sets whether an event stream is opened again when its connection
        /// breaks or its body ends; see
        /// [`Request::reconnect`]($crate::Request::reconnect).
        #[must_use]
        #[inline]
        pub fn reconnect(mut self, reconnect: bool) -> Self {
            self.request = self.request.reconnect(reconnect);
            self
        }

        /// Sets a header, in place of one that the client or the operation
        /// sets.
        #[must_use]
        pub fn header(
            mut self,
            name: impl ::std::convert::AsRef<str>,
            value: impl ::std::convert::AsRef<str>,
        ) -> Self {
            self.request = self.request.header(name, value);
            self
        }

        /// Appends a query parameter that the document does not have.
        #[must_use]
        pub fn query(
            mut self,
            name: impl ::std::convert::Into<::std::string::String>,
            value: impl ::std::convert::Into<::std::string::String>,
        ) -> Self {
            self.request = self.request.query(name, value);
            self
        }

        /// Sets a member of the JSON body that the document does not have, or
        /// in place of one it has.
        #[must_use]
        pub fn body_field(
            mut self,
            name: impl ::std::convert::Into<::std::string::String>,
            value: impl $crate::serde::Serialize,
        ) -> Self {
            self.request = self.request.body_field(name, value);
            self
        }

        /// Sends the request; awaiting it does the same.
        ///
        /// # Errors
        /// When the request cannot be built, the server answers with an error
        /// or not at all, or the answer cannot be decoded.
        #[inline]
        pub fn send(self) -> $crate::Sending<$output, $format> {
            self.request.send()
        }
    };
}

/// The refinements and `.await` for a struct with the field
/// `request: Request<Output, Format>`.
///
/// ```
/// use specwright_runtime::{Client, Request, format::Json};
///
/// pub struct ListItems {
///     request: Request<Vec<String>, Json>,
/// }
///
/// specwright_runtime::impl_request!(ListItems, Vec<String>, Json);
///
/// # async fn run(list: ListItems) -> Result<(), specwright_runtime::Error> {
/// let items = list.max_retries(0).await?;
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! impl_request {
    ($name:ty, $output:ty, $format:ty) => {
        impl $name {
            $crate::request_methods!($output, $format);
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$crate::Response<$output>, $crate::Error>;
            type IntoFuture = $crate::Sending<$output, $format>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.request.send()
            }
        }
    };
}

/// [`impl_request!`](crate::impl_request) and [`impl_pages!`](crate::impl_pages) for a request whose
/// reply is always a page.
#[macro_export]
macro_rules! impl_list_request {
    ($name:ty, $page:ty) => {
        $crate::impl_request!($name, $page, $crate::format::Json);
        $crate::impl_pages!($name, $page);
    };
}

/// `pages()`, `items()` and `page_at()` for a struct with the field
/// `request: Request<Page, Format>`, whose operation is paged.
#[macro_export]
macro_rules! impl_pages {
    ($name:ty, $page:ty) => {
        impl $name {
            /// All pages from this one on, as a stream.
            #[inline]
            pub fn pages(self) -> $crate::pages::Pages<$page> {
                self.request.pages()
            }

            /// All items from this page on, as a stream.
            #[inline]
            pub fn items(self) -> $crate::pages::Items<$page> {
                self.request.items()
            }

            /// Asks for the page at this address, which another page or its `Link` header names, and
            /// goes on from there. It must be of the same origin as the base URL.
            pub fn page_at(mut self, address: impl ::std::convert::AsRef<str>) -> Self {
                self.request = self.request.page_at(address);
                self
            }
        }
    };
}

/// The settings every client has: inside `impl` of a builder with the field
/// `inner: ClientBuilder`.
///
/// ```
/// pub struct PetsClientBuilder {
///     inner: specwright_runtime::ClientBuilder,
/// }
///
/// impl PetsClientBuilder {
///     specwright_runtime::client_builder_methods!();
/// }
/// # fn refine(builder: PetsClientBuilder) -> PetsClientBuilder { builder.max_retries(0) }
/// ```
#[macro_export]
macro_rules! client_builder_methods {
    () => {
        /// Sets the address of the API.
        #[must_use]
        pub fn base_url(mut self, url: impl ::std::convert::Into<::std::string::String>) -> Self {
            self.inner = self.inner.base_url(url);
            self
        }

        /// Sets the total timeout of one attempt; 600 s by default. For a
        /// stream it ends when the head of the reply has arrived.
        #[must_use]
        #[inline]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.inner = self.inner.timeout(timeout);
            self
        }

        /// Sets how long making a connection may take; 5 s by default.
        #[must_use]
        #[inline]
        pub fn connect_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.inner = self.inner.connect_timeout(timeout);
            self
        }

        /// Sets how long a stream may stay silent; 5 minutes by default.
        #[must_use]
        #[inline]
        pub fn idle_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.inner = self.inner.idle_timeout(timeout);
            self
        }

        /// Sets the total timeout for each latency class of operations.
        #[must_use]
        #[inline]
        pub fn latency_timeouts(mut self, timeouts: $crate::LatencyTimeouts) -> Self {
            self.inner = self.inner.latency_timeouts(timeouts);
            self
        }

        /// Sets how often a failed attempt is repeated; 2 by default, 0 turns
        /// retries off.
        #[must_use]
        #[inline]
        pub fn max_retries(mut self, retries: u32) -> Self {
            self.inner = self.inner.max_retries(retries);
            self
        }

        /// Sets how long to wait between attempts, and how many retries all
        /// calls may make together.
        #[must_use]
        #[inline]
        pub fn retry_policy(mut self, policy: $crate::retry::RetryPolicy) -> Self {
            self.inner = self.inner.retry_policy(policy);
            self
        }

        /// Calls `hook` before each wait for another attempt.
        #[must_use]
        pub fn on_retry(
            mut self,
            hook: impl Fn(&$crate::retry::Retry<'_>) + Send + Sync + 'static,
        ) -> Self {
            self.inner = self.inner.on_retry(hook);
            self
        }

        /// Takes time and waits between attempts from `clock`: for tests.
        #[must_use]
        pub fn clock(mut self, clock: impl $crate::retry::Clock) -> Self {
            self.inner = self.inner.clock(clock);
            self
        }

        /// Sends everything through a proxy
        /// (`http://user:password@host:port`).
        #[must_use]
        pub fn proxy(mut self, url: impl ::std::convert::Into<::std::string::String>) -> Self {
            self.inner = self.inner.proxy(url);
            self
        }

        /// Sets the `user-agent`.
        #[must_use]
        pub fn user_agent(
            mut self,
            user_agent: impl ::std::convert::Into<::std::string::String>,
        ) -> Self {
            self.inner = self.inner.user_agent(user_agent);
            self
        }

        /// Sends a header with every request, unless the request sets it.
        #[must_use]
        pub fn default_header(
            mut self,
            name: impl ::std::convert::AsRef<str>,
            value: impl ::std::convert::AsRef<str>,
        ) -> Self {
            self.inner = self.inner.header(name, value);
            self
        }

        /// Sends a query parameter with every request, unless the request sets
        /// it.
        #[must_use]
        pub fn default_query(
            mut self,
            name: impl ::std::convert::AsRef<str>,
            value: impl ::std::convert::Into<::std::string::String>,
        ) -> Self {
            self.inner = self.inner.query(name, value);
            self
        }

        /// Sets a member of every JSON object that is sent, unless the request
        /// sets it.
        #[must_use]
        pub fn default_body_field(
            mut self,
            name: impl ::std::convert::Into<::std::string::String>,
            value: impl $crate::serde::Serialize,
        ) -> Self {
            self.inner = self.inner.body_field(name, value);
            self
        }

        /// Whether requests are checked before they are sent, as their
        /// operations say; they are by default.
        #[must_use]
        #[inline]
        pub fn checks(mut self, checks: bool) -> Self {
            self.inner = self.inner.checks(checks);
            self
        }

        /// Sends over an HTTP client of one's own; see
        /// [`ClientBuilder::http_client`]($crate::ClientBuilder::http_client).
        #[must_use]
        #[inline]
        pub fn http_client(mut self, client: $crate::reqwest::Client) -> Self {
            self.inner = self.inner.http_client(client);
            self
        }

        /// Adds code of one's own around every attempt.
        #[must_use]
        pub fn middleware(mut self, middleware: impl $crate::middleware::Middleware) -> Self {
            self.inner = self.inner.middleware(middleware);
            self
        }

        /// Tells `metrics` the figures of every attempt and call; without it
        /// none are taken.
        #[must_use]
        pub fn metrics(mut self, metrics: impl $crate::metrics::Metrics) -> Self {
            self.inner = self.inner.metrics(metrics);
            self
        }

        /// Sets how much of a reply is held in memory.
        #[must_use]
        #[inline]
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self.inner = self.inner.limits(limits);
            self
        }
    };
}
